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


def test_the_total_is_the_same_on_every_page(api: Api, client: TestClient) -> None:
    for number in range(3):
        api.create(str(number))

    for limit in (1, 2, 3, 4):
        for offset in range(5):
            page = client.get(SESSIONS, params={"limit": limit, "offset": offset}).json()
            assert (page["total"], len(page["items"])) == (3, max(0, min(limit, 3 - offset)))


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


def listed(client: TestClient, **asked: str) -> list[str]:
    answer = client.get(SESSIONS, params=asked)
    assert answer.status_code == 200, answer.text
    return [each["title"] for each in answer.json()["items"]]


def test_the_list_is_filtered_by_state_tag_title_and_time(
    client: TestClient, api: Api, database: sessionmaker[Session]
) -> None:
    api.create("Monday 100%", tags=["a", "b", "a"])
    api.create("Tuesday", tags=["b"])
    done = api.create("Wednesday 1000", priority="interactive")
    set_state(database, done, SessionState.COMPLETED)
    at = api.get(done).json()["created_at"]

    assert listed(client, status="completed") == ["Wednesday 1000"]
    assert listed(client, tag="b") == ["Tuesday", "Monday 100%"]
    assert listed(client, tag="b", q="mon") == ["Monday 100%"]
    assert listed(client, q="100%") == ["Monday 100%"]
    assert listed(client, created_after=at) == ["Wednesday 1000"]
    assert listed(client, created_before=at) == ["Tuesday", "Monday 100%"]
    assert listed(client, provider="whisper", q="nothing") == []


def test_a_cursor_leads_through_all_sessions_once_while_new_ones_come(
    client: TestClient, api: Api
) -> None:
    for number in range(5):
        api.create(str(number))
    asked = {"limit": "2"}
    seen: list[str] = []
    for _ in range(3):
        page = client.get(SESSIONS, params=asked).json()
        seen += [each["title"] for each in page["items"]]
        asked["cursor"] = page["next_cursor"]
        api.create("new")
    assert page["next_cursor"] is None
    assert seen == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize("cursor", ["x", "e30", "WzEsMl0", "bnVsbA", "'; --"])
def test_a_cursor_that_is_none_of_ours_is_refused(client: TestClient, cursor: str) -> None:
    answer = client.get(SESSIONS, params={"cursor": cursor})
    is_problem(answer, 422, "invalid-request", "query.cursor", "next_cursor")


def test_title_and_tags_are_changed_and_the_rest_stays(api: Api) -> None:
    session = api.create("Monday", language="de", tags=["a"])
    before = api.get(session).json()

    answer = api.client.patch(f"{SESSIONS}/{session}", json={"title": " Friday "})
    assert answer.status_code == 200, answer.text
    after = api.client.patch(f"{SESSIONS}/{session}", json={"tags": []}).json()

    changed = {"title": "Friday", "tags": [], "updated_at": after["updated_at"]}
    assert after == before | changed
    nothing = api.client.patch(f"{SESSIONS}/{session}", json={"title": "", "status": "failed"})
    is_problem(nothing, 422, "invalid-request", "body.title", "body.status")


def test_wishes_and_priority_are_kept(api: Api, database: sessionmaker[Session]) -> None:
    session = api.create(
        vocabulary=["Stenofleet"], prompt="A talk.", max_speakers=2, priority="interactive"
    )
    found = api.get(session).json()
    assert found["priority"] == "interactive"
    assert found["options"]["vocabulary"] == ["Stenofleet"]
    assert (found["options"]["max_speakers"], found["options"]["diarize"]) == (2, True)
    with database() as db:
        assert db.get_one(TranscriptionSession, uuid.UUID(session)).priority == 0


def test_a_language_that_the_engine_lacks_is_refused_with_those_it_has(api: Api) -> None:
    answer = api.client.post(SESSIONS, json={"title": "a", "language": "tlh-Latn"})
    is_problem(answer, 422, "invalid-request", "expected auto or one of", "de, ")
    for language in ("auto", "zh-TW", "EN-us", "haw"):
        assert api.get(api.create(language=language)).json()["language"] == language
    [whisper] = [p for p in api.client.get(f"{SESSIONS}/providers").json() if p["default"]]
    assert {"en", "zh"} <= set(whisper["languages"])


@pytest.mark.parametrize("state", ["uploading", "pending", "processing"])
def test_what_has_not_ended_can_be_cancelled_and_its_worker_is_fenced_off(
    api: Api, database: sessionmaker[Session], state: str
) -> None:
    session = api.create()
    set_state(database, session, SessionState(state), attempt=3, lease_owner="somebody")

    answer = api.post(session, "cancel")

    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "cancelled"
    with database() as db:
        row = db.get_one(TranscriptionSession, uuid.UUID(session))
        assert (row.attempt, row.lease_owner) == (4, None)


@pytest.mark.parametrize("state", ["completed", "failed", "cancelled"])
def test_what_has_ended_cannot_be_cancelled(
    api: Api, database: sessionmaker[Session], state: str
) -> None:
    session = api.create()
    set_state(database, session, SessionState(state))
    is_problem(api.post(session, "cancel"), 409, "state-conflict", state, "nothing to cancel")


def test_a_deleted_session_leaves_neither_rows_nor_files(api: Api) -> None:
    session = api.uploaded()
    api.post(session, "start-transcription")
    api.link(api.create())
    assert api.stored()

    assert api.client.delete(f"{SESSIONS}/{session}").status_code == 204

    is_problem(api.get(session), 404, "session-not-found", session)
    is_problem(api.client.delete(f"{SESSIONS}/{session}"), 404, "session-not-found", session)
    assert api.stored() == []
