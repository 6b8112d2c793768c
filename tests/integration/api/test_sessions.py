"""Sessions: created, listed, read."""

import uuid

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionSession
from support.api import SESSIONS, Api, is_problem, set_state


def test_a_new_session_waits_for_its_recording(api: Api) -> None:
    session = api.create("  Monday  ")

    found = api.get(session).json()

    assert found["title"] == "Monday"
    assert found["status"] == "uploading"
    assert found["language"] == "auto"
    assert found["provider"] == "whisper"
    assert found["duration_seconds"] is None
    assert "audio_uri" not in found


def test_what_is_given_at_creation_is_kept(api: Api) -> None:
    session = api.create("Tuesday", language="en-US", duration_seconds=61.5)

    found = api.get(session).json()

    assert (found["language"], found["duration_seconds"]) == ("en-US", 61.5)


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({}, "body.title", "nothing"),
        ({"title": " "}, "body.title", "at least 1"),
        ({"title": "a\x00b"}, "body.title", "NUL"),
        ({"title": "x" * 301}, "body.title", "at most 300"),
        ({"title": 7}, "body.title", "7"),
        ({"title": "a", "language": "english please"}, "body.language", "english please"),
        ({"title": "a", "duration_seconds": -1}, "body.duration_seconds", "greater than 0"),
        ({"title": "a", "provider": "google"}, "body.provider", "'whisper'"),
        ({"title": "a", "colour": "red"}, "body.colour", "not permitted"),
    ],
)
def test_a_wrong_field_is_named_with_what_was_expected_and_what_came(
    client: TestClient, body: dict[str, object], field: str, words: str
) -> None:
    answer = client.post(SESSIONS, json=body)

    is_problem(answer, 422, "invalid-request", field, words)
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert client.get(SESSIONS).json()["total"] == 0


@pytest.mark.parametrize(
    "body",
    [b'{"title": "\\ud800"}', b'{"title": "a", "duration_seconds": NaN}', b"[]", b"null", b'"x"'],
)
def test_odd_json_is_a_problem_and_no_defect(client: TestClient, body: bytes) -> None:
    answer = client.post(SESSIONS, content=body, headers={"Content-Type": "application/json"})

    is_problem(answer, 422, "invalid-request")


@pytest.mark.parametrize("body", [b"{", b'{"title": "\xff"}'])
def test_a_body_that_is_no_json_is_told_so(client: TestClient, body: bytes) -> None:
    answer = client.post(SESSIONS, content=body, headers={"Content-Type": "application/json"})

    is_problem(answer, 400, "malformed-request")


def test_a_json_body_without_bounds_is_refused(client: TestClient) -> None:
    answer = client.post(SESSIONS, json={"title": "x" * 2_000_000})

    is_problem(answer, 413, "body-too-large", "1048576")


def test_the_list_is_newest_first_and_paged_with_its_total(api: Api, client: TestClient) -> None:
    made = [api.create(str(number)) for number in range(5)]

    page = client.get(SESSIONS, params={"limit": 2, "offset": 1}).json()

    assert [each["id"] for each in page["items"]] == [made[3], made[2]]
    assert (page["total"], page["limit"], page["offset"]) == (5, 2, 1)


def test_the_list_filters_by_status(
    api: Api, client: TestClient, database: sessionmaker[Session]
) -> None:
    failed, _ = api.create(), api.create()
    set_state(database, failed, SessionState.FAILED)

    page = client.get(SESSIONS, params={"status": "failed"}).json()

    assert [each["id"] for each in page["items"]] == [failed]
    assert page["total"] == 1


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("limit", 0), ("limit", 101), ("offset", -1), ("offset", 2**63), ("status", "lost")],
)
def test_a_list_out_of_bounds_is_refused(client: TestClient, parameter: str, value: object) -> None:
    answer = client.get(SESSIONS, params={parameter: str(value)})

    is_problem(answer, 422, "invalid-request", f"query.{parameter}", str(value))


def test_providers_are_listed_with_the_default(client: TestClient) -> None:
    found = client.get(f"{SESSIONS}/providers").json()

    assert [(each["name"], each["default"]) for each in found] == [("whisper", True)]


ROUTES_OF_A_SESSION = [
    ("GET", ""),
    ("GET", "/status"),
    ("GET", "/transcript"),
    ("POST", "/confirm-upload"),
    ("POST", "/start-transcription"),
    ("POST", "/retry-transcription"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES_OF_A_SESSION)
def test_an_unknown_session_is_not_found(client: TestClient, method: str, path: str) -> None:
    session = uuid.uuid4()

    answer = client.request(method, f"{SESSIONS}/{session}{path}")

    is_problem(answer, 404, "session-not-found", str(session))


@pytest.mark.parametrize(("method", "path"), ROUTES_OF_A_SESSION)
def test_a_malformed_id_is_told_as_a_field(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, f"{SESSIONS}/42{path}")

    is_problem(answer, 422, "invalid-request", "path.session_id", "'42'")


@pytest.mark.parametrize(("method", "path"), ROUTES_OF_A_SESSION)
def test_a_session_of_another_owner_is_invisible(
    client: TestClient, database: sessionmaker[Session], method: str, path: str
) -> None:
    theirs = uuid.uuid4()
    with database.begin() as db:
        db.add(TranscriptionSession(id=theirs, owner_id="somebody else", title="private"))

    answer = client.request(method, f"{SESSIONS}/{theirs}{path}")

    is_problem(answer, 404, "session-not-found")
    assert client.get(SESSIONS).json()["total"] == 0
