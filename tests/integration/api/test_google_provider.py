"""Sessions that name Google."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import Outbox, TranscriptionOperation
from stenofleet.settings import ApiSettings
from stenofleet_api.app import create_app
from support import sounds
from support.api import SESSIONS, Api, is_problem, set_state


@pytest.fixture
def google(client: TestClient, settings: ApiSettings, api: Api) -> Iterator[Api]:
    """The API of an installation that is set up for Google; ``client`` has emptied its tables."""
    del client
    with_google = settings.model_copy(
        update={"google_project_id": "p", "google_staging_url": "gs://bucket"}
    )
    with TestClient(create_app(with_google), raise_server_exceptions=False) as own:
        yield Api(own, api.store)


def started(api: Api, **fields: str) -> str:
    session = api.create(provider="google", **fields)
    assert api.upload(session, sounds.wav()).status_code == 201
    assert api.post(session, "start-transcription").status_code == 202
    return session


def operations(database: sessionmaker[Session]) -> list[tuple[str, int, str]]:
    with database() as db:
        rows = db.scalars(select(TranscriptionOperation).order_by(TranscriptionOperation.attempt))
        return [(str(row.session_id), row.attempt, row.state) for row in rows]


def test_it_is_offered_only_where_it_is_set_up(api: Api, google: Api) -> None:
    names = [each["name"] for each in api.client.get(f"{SESSIONS}/providers").json()]
    assert names == ["whisper"]
    names = [each["name"] for each in google.client.get(f"{SESSIONS}/providers").json()]
    assert names == ["whisper", "google"]


def test_where_it_is_not_set_up_a_session_cannot_name_it(api: Api) -> None:
    answer = api.client.post(SESSIONS, json={"title": "a", "provider": "google"})
    is_problem(answer, 422, "invalid-request", "body.provider", "'whisper'", "'google'")


def test_a_start_writes_an_operation_and_no_message(
    google: Api, database: sessionmaker[Session]
) -> None:
    session = started(google, language="en")
    assert operations(database) == [(session, 1, "new")]
    with database() as db:
        assert db.scalar(select(func.count()).select_from(Outbox)) == 0
    status = google.get(session, "status").json()
    assert (status["status"], status["progress"]) == ("pending", 0)


def test_a_retry_writes_another_operation(google: Api, database: sessionmaker[Session]) -> None:
    session = started(google)
    set_state(database, session, SessionState.FAILED, error_message="no")
    assert google.post(session, "retry-transcription").status_code == 202
    assert operations(database) == [(session, 1, "new"), (session, 2, "new")]


def test_a_deleted_sessions_operation_stays_to_be_stopped(
    google: Api, database: sessionmaker[Session]
) -> None:
    session = started(google)
    assert google.client.delete(f"{SESSIONS}/{session}").status_code == 204
    assert operations(database) == [("None", 1, "new")]


def test_a_language_that_google_lacks_is_refused_with_those_it_has(google: Api) -> None:
    answer = google.client.post(
        SESSIONS, json={"title": "a", "provider": "google", "language": "la"}
    )
    is_problem(answer, 422, "invalid-request", "language", "ast, az")
