"""What housekeeping puts right, on a real database and broker."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, update
from stenofleet.broker import BrokerKeys, parse_message
from stenofleet.contracts.headers import ATTEMPT
from stenofleet.db.models import Outbox, TranscriptionSession
from stenofleet.settings import WorkerSettings
from stenofleet_worker import housekeeping
from stenofleet_worker.services import Services


@pytest.fixture
def services(installation: Any) -> Services:
    environment = installation.environment
    return Services(
        WorkerSettings(
            redis_url=environment["REDIS_URL"],
            database_url=environment["DATABASE_URL"],
            storage_url=environment["STENOFLEET_STORAGE_URL"],
        )
    )


def _queued(installation: Any) -> list[tuple[str, int]]:
    """Task id and attempt of every queued message."""
    client = installation.redis.client()
    lists = BrokerKeys().queue_lists("transcription")
    messages = [parse_message(raw) for key in lists for raw in client.lrange(key, 0, -1)]
    return [(each.task_id, each.headers[ATTEMPT]) for each in messages if each]


def _age(installation: Any, seconds: int) -> None:
    """Lets all sessions and messages look that old."""
    earlier = func.now() - timedelta(seconds=seconds)
    with installation.sessions.begin() as db:
        db.execute(update(TranscriptionSession).values(updated_at=earlier))
        db.execute(update(Outbox).values(created_at=earlier))
        published = update(Outbox).where(Outbox.published_at.is_not(None))
        db.execute(published.values(published_at=earlier))


def _run_by_a_dead_worker(installation: Any, session_id: uuid.UUID, seconds_ago: int) -> None:
    expired = func.now() - timedelta(seconds=seconds_ago)
    with installation.sessions.begin() as db:
        db.execute(
            update(TranscriptionSession)
            .where(TranscriptionSession.id == session_id)
            .values(status="processing", lease_owner="dead", lease_expires_at=expired)
        )


def test_what_was_not_published_in_time_is_published_once(
    installation: Any, services: Services, short_recording: Path
) -> None:
    session_id = installation.pending(short_recording, publish=False)
    _age(installation, 11)

    with ThreadPoolExecutor(2) as two:
        runs = [
            two.submit(housekeeping.publish_outbox, services, installation.app) for _ in range(2)
        ]
    assert sum(run.result() for run in runs) == 1
    job = installation.session(session_id).transcription_job_id
    assert _queued(installation) == [(job, 1)]


def test_a_message_whose_publisher_may_still_be_at_work_is_left_to_it(
    installation: Any, services: Services, short_recording: Path
) -> None:
    installation.pending(short_recording, publish=False)
    _age(installation, -60)  # a machine that stands still makes it no older than that
    assert housekeeping.publish_outbox(services, installation.app) == 0
    assert _queued(installation) == []


def test_with_redis_away_nothing_is_lost_and_the_next_run_publishes(
    installation: Any, services: Services, short_recording: Path
) -> None:
    session_id = installation.pending(short_recording, publish=False)
    _age(installation, 11)
    installation.redis.stop()

    assert (
        housekeeping.survive(lambda: housekeeping.publish_outbox(services, installation.app)) == 0
    )
    assert (
        housekeeping.survive(lambda: housekeeping.restore_pending(services, installation.app)) == 0
    )

    installation.redis.start()
    assert housekeeping.publish_outbox(services, installation.app) == 1
    job = installation.session(session_id).transcription_job_id
    assert _queued(installation) == [(job, 1)]


def test_rows_published_long_ago_are_forgotten(
    installation: Any, services: Services, short_recording: Path
) -> None:
    old = installation.pending(short_recording)
    _age(installation, 8 * 86_400)
    young = installation.pending(short_recording)

    housekeeping.publish_outbox(services, installation.app)

    assert installation.outbox(old) == []
    assert len(installation.outbox(young)) == 1


def test_a_session_whose_lease_ran_out_goes_out_with_the_next_attempt(
    installation: Any, services: Services, short_recording: Path
) -> None:
    session_id = installation.pending(short_recording)
    installation.redis.client().flushall()
    _run_by_a_dead_worker(installation, session_id, seconds_ago=1)

    with ThreadPoolExecutor(2) as two:
        runs = [two.submit(housekeeping.reap_leases, services, installation.app) for _ in range(2)]
    assert sum(run.result() for run in runs) == 1

    session = installation.session(session_id)
    assert (session.status, session.attempt, session.lease_owner) == ("pending", 2, None)
    assert _queued(installation) == [(session.transcription_job_id, 2)]


def test_a_session_with_a_live_lease_is_left_alone(
    installation: Any, services: Services, short_recording: Path
) -> None:
    session_id = installation.pending(short_recording)
    _run_by_a_dead_worker(installation, session_id, seconds_ago=-30)
    assert housekeeping.reap_leases(services, installation.app) == 0
    assert installation.session(session_id).lease_owner == "dead"


def test_a_recording_that_kills_every_worker_fails_in_the_end(
    installation: Any, services: Services, short_recording: Path
) -> None:
    session_id = installation.pending(short_recording)
    for _ in range(housekeeping.MAX_ATTEMPTS):
        _run_by_a_dead_worker(installation, session_id, seconds_ago=1)
        housekeeping.reap_leases(services, installation.app)

    session = installation.session(session_id)
    assert session.status == "failed"
    assert session.error_message == ("The transcription was given up: its worker was lost 5 times.")
    assert installation.job_state(session_id) == "FAILURE"
    assert session.attempt == housekeeping.MAX_ATTEMPTS


def test_after_a_flush_of_redis_every_pending_session_is_sent_out_again_once(
    installation: Any, services: Services, short_recording: Path
) -> None:
    sessions = [installation.pending(short_recording) for _ in range(10)]
    installation.redis.client().flushall()
    _age(installation, 11)

    with ThreadPoolExecutor(2) as two:
        runs = [
            two.submit(housekeeping.restore_pending, services, installation.app) for _ in range(2)
        ]
    assert sum(run.result() for run in runs) == 10
    jobs = {(installation.session(each).transcription_job_id, 1) for each in sessions}
    assert set(_queued(installation)) == jobs
    assert len(_queued(installation)) == 10


def test_a_pending_session_whose_message_waits_is_not_sent_out_twice(
    installation: Any, services: Services, short_recording: Path
) -> None:
    installation.pending(short_recording)
    _age(installation, 3600)
    assert housekeeping.restore_pending(services, installation.app) == 0
    assert len(_queued(installation)) == 1
