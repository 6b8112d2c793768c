"""Starts: one transaction, then the broker, which may be away."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.broker import BrokerKeys, parse_message
from stenofleet.celery_app import make_app
from stenofleet.contracts.states import SessionState
from stenofleet.contracts.tasks import TRANSCRIBE_AUDIO, TRANSCRIPTION_QUEUE
from stenofleet.db.models import Outbox, ProcessingStatus, TranscriptionSession
from stenofleet.outbox import publish_due
from stenofleet.settings import ApiSettings
from stenofleet_api.deps import Context
from support import sounds
from support.api import Api, is_problem, set_state
from support.servers import RedisServer, until


@pytest.fixture
def broker_url(redis_server: RedisServer) -> str:
    return redis_server.url


def queued(redis_server: RedisServer) -> list[str]:
    """The raw messages of the transcription queue, whatever their priority."""
    client = redis_server.client()
    lists = BrokerKeys().queue_lists(TRANSCRIPTION_QUEUE)
    return [str(message) for key in lists for message in client.lrange(key, 0, -1)]


def row_of(database: sessionmaker[Session], session: str) -> TranscriptionSession:
    with database() as db:
        return db.get_one(TranscriptionSession, uuid.UUID(session))


def outbox(database: sessionmaker[Session]) -> list[Outbox]:
    with database() as db:
        return list(db.scalars(select(Outbox).order_by(Outbox.id)))


def test_a_start_sends_the_task_with_its_attempt_under_the_sessions_job_id(
    api: Api, database: sessionmaker[Session], redis_server: RedisServer
) -> None:
    session = api.uploaded()

    answer = api.post(session, "start-transcription")

    assert answer.status_code == 202
    assert answer.json()["status"] == "pending"
    until(lambda: len(queued(redis_server)) == 1, "the message in the queue")
    (raw,) = queued(redis_server)
    message, row = parse_message(raw), row_of(database, session)
    assert message is not None
    assert message.task == TRANSCRIBE_AUDIO
    assert message.task_id == row.transcription_job_id == answer.json()["transcription_job_id"]
    assert message.headers["sf_attempt"] == row.attempt == 1
    assert message.headers["sf_work_seconds"] == 0.5
    assert message.enqueued_at is not None
    assert message.headers["ignore_result"] is False
    args = [session, row.audio_uri, "auto", "talk.wav"]
    assert json.loads(message.headers["argsrepr"].replace("'", '"')) == args


def test_a_start_is_pending_in_the_status_before_a_worker_takes_it(
    api: Api, database: sessionmaker[Session]
) -> None:
    session = api.uploaded()

    api.post(session, "start-transcription")

    status = api.get(session, "status").json()
    assert (status["status"], status["progress"]) == ("pending", 0)
    assert status["message"] == "waiting for a worker"
    with database() as db:
        assert db.get_one(ProcessingStatus, uuid.UUID(session)).status == "pending"


def test_the_row_of_the_outbox_is_marked_when_it_is_sent(
    api: Api, database: sessionmaker[Session]
) -> None:
    api.post(api.uploaded(), "start-transcription")

    until(lambda: outbox(database)[0].published_at is not None, "the row to be marked")


def test_a_start_while_the_broker_is_away_is_taken_and_sent_when_it_is_back(
    api: Api, context: Context, redis_server: RedisServer, settings: ApiSettings
) -> None:
    session = api.uploaded()
    redis_server.stop()

    answer = api.post(session, "start-transcription")

    assert answer.status_code == 202
    assert api.get(session).json()["status"] == "pending"
    context.publisher.close()
    assert [row.published_at for row in outbox(context.sessions)] == [None]
    redis_server.start()
    assert publish_due(context.sessions, make_app(settings), after_seconds=0) == 1
    (raw,) = queued(redis_server)
    message = parse_message(raw)
    assert message is not None
    assert message.task_id == answer.json()["transcription_job_id"]


def test_a_start_before_the_upload_is_a_conflict_that_says_what_to_do(
    api: Api, database: sessionmaker[Session]
) -> None:
    session = api.create()

    answer = api.post(session, "start-transcription")

    is_problem(answer, 409, "recording-missing", "upload")
    assert answer.json()["state"] == "uploading"
    assert outbox(database) == []


def test_an_unconfirmed_upload_is_no_recording_yet(
    api: Api, database: sessionmaker[Session]
) -> None:
    session = api.create()
    api.client.put(api.link(session), content=sounds.wav())

    is_problem(api.post(session, "start-transcription"), 409, "recording-missing", "confirm")
    assert outbox(database) == []


@pytest.mark.parametrize("state", ["pending", "processing", "completed"])
def test_a_second_start_says_that_it_was_started(
    api: Api, database: sessionmaker[Session], state: str
) -> None:
    session = api.uploaded()
    api.post(session, "start-transcription")
    set_state(database, session, SessionState(state))

    answer = api.post(session, "start-transcription")

    is_problem(answer, 409, "already-started", state, "/status")
    assert len(outbox(database)) == 1
    assert row_of(database, session).attempt == 1


def test_a_failed_session_is_not_started_but_tried_again(
    api: Api, database: sessionmaker[Session]
) -> None:
    session = api.uploaded()
    set_state(database, session, SessionState.FAILED, error_message="out of memory")

    answer = api.post(session, "start-transcription")

    is_problem(answer, 409, "state-conflict", "out of memory", "retry-transcription")


def test_a_retry_is_a_new_job_with_a_higher_attempt(
    api: Api, database: sessionmaker[Session], redis_server: RedisServer
) -> None:
    session = api.uploaded()
    first = api.post(session, "start-transcription").json()
    set_state(database, session, SessionState.FAILED, error_message="out of memory")

    answer = api.post(session, "retry-transcription")

    assert answer.status_code == 202
    again = answer.json()
    assert again["status"] == "pending"
    assert again["error_message"] is None
    assert again["transcription_job_id"] != first["transcription_job_id"]
    assert row_of(database, session).attempt == 2
    until(lambda: len(queued(redis_server)) == 2, "both messages in the queue")


@pytest.mark.parametrize("state", ["uploading", "pending", "processing", "completed", "cancelled"])
def test_only_what_failed_is_tried_again(
    api: Api, database: sessionmaker[Session], state: str
) -> None:
    session = api.uploaded()
    set_state(database, session, SessionState(state))

    answer = api.post(session, "retry-transcription")

    is_problem(answer, 409, "not-failed", state)
    assert outbox(database) == []


def test_a_cancelled_session_needs_a_new_recording_to_start(
    api: Api, database: sessionmaker[Session]
) -> None:
    session = api.uploaded()
    set_state(database, session, SessionState.CANCELLED)

    is_problem(
        api.post(session, "start-transcription"),
        409,
        "state-conflict",
        "upload the recording again",
    )


def test_of_starts_at_once_one_is_taken(api: Api, database: sessionmaker[Session]) -> None:
    session = api.uploaded()

    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(api.post, session, "start-transcription") for _ in range(4)]

    statuses = [answer.result().status_code for answer in answers]
    assert sorted(statuses) == [202, 409, 409, 409]
    assert len(outbox(database)) == 1
