"""Recordings sent directly, as a multipart form."""

import hashlib
import uuid
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionSession, Upload
from support import sounds
from support.api import SESSIONS, Api, is_problem, set_state

LIMIT = 100_000


def open_uploads(database: sessionmaker[Session]) -> int:
    with database() as db:
        return db.scalar(select(func.count()).select_from(Upload)) or 0


def test_an_uploaded_recording_is_stored_whole_with_its_facts(
    api: Api, database: sessionmaker[Session]
) -> None:
    session, content = api.create(), sounds.wav()

    answer = api.upload(session, content, "talk.WAV")

    assert answer.status_code == 201
    found = answer.json()
    assert found["status"] == "uploading"
    assert found["audio_filename"] == "talk.WAV"
    assert found["content_type"] == "audio/wav"
    assert found["size_bytes"] == len(content)
    assert found["checksum"] == hashlib.sha256(content).hexdigest()
    assert [each.read_bytes() for each in api.stored()] == [content]
    assert open_uploads(database) == 0


def test_the_store_key_is_the_servers(api: Api, database: sessionmaker[Session]) -> None:
    session = api.create()

    api.upload(session, sounds.wav(), "talk.wav")

    (stored,) = api.stored()
    assert stored.parent == api.store / session
    assert stored.suffix == ".wav"
    with database() as db:
        row = db.get(TranscriptionSession, uuid.UUID(session))
    assert row is not None
    assert row.audio_uri == f"file://{stored}"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.wav", "passwd.wav"),
        ("C:\\temp\\a.wav", "a.wav"),
        ("/absolute.wav", "absolute.wav"),
        ("..wav", "..wav"),
        ("Gespräch 会話 🎤.wav", "Gespräch 会話 🎤.wav"),
        ("x\u202egnp.wav", "xgnp.wav"),
        ("a" * 900 + ".wav", "a" * 196 + ".wav"),
    ],
)
def test_a_file_name_is_shown_and_never_a_path(api: Api, sent: str, shown: str) -> None:
    session = api.create()

    answer = api.upload(session, sounds.wav(), sent)

    assert answer.json()["audio_filename"] == shown
    (stored,) = api.stored()
    assert stored.parent == api.store / session


def test_a_new_upload_replaces_the_former_file(api: Api) -> None:
    session = api.create()
    api.upload(session, sounds.wav(0.5))

    api.upload(session, sounds.wav(1.0))

    assert [each.read_bytes() for each in api.stored()] == [sounds.wav(1.0)]


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.wav", b"", (422, "empty-file", "0 bytes")),
        ("a.wav", b"hello, I am text", (415, "not-audio", "no audio")),
        ("a.mp3", b"\x89PNG\r\n\x1a\n" + bytes(50_000), (415, "not-audio", "no audio")),
        ("a.exe", sounds.wav(), (415, "unsupported-extension", "a.exe")),
        ("recording", sounds.wav(), (415, "unsupported-extension", "recording")),
        ("a.wav", sounds.wav() + bytes(LIMIT), (413, "file-too-large", "100000")),
    ],
)
def test_a_file_that_is_refused_leaves_nothing_behind(
    api: Api,
    database: sessionmaker[Session],
    name: str,
    content: bytes,
    refusal: tuple[int, str, str],
) -> None:
    session = api.create()

    answer = api.upload(session, content, name)

    is_problem(answer, *refusal)
    assert api.stored() == []
    assert open_uploads(database) == 0
    assert api.get(session).json()["audio_filename"] is None


def test_a_refused_file_leaves_the_former_recording_as_it_was(api: Api) -> None:
    session = api.uploaded()

    api.upload(session, b"no audio at all")

    assert [each.read_bytes() for each in api.stored()] == [sounds.wav()]
    assert api.get(session).json()["checksum"] == hashlib.sha256(sounds.wav()).hexdigest()


def test_a_file_at_the_limit_is_taken(api: Api) -> None:
    content = sounds.wav().ljust(LIMIT, b"\0")

    answer = api.upload(api.create(), content)

    assert answer.status_code == 201
    assert answer.json()["size_bytes"] == LIMIT


def test_an_upload_to_an_unknown_session_is_not_found(api: Api) -> None:
    answer = api.upload(str(uuid.uuid4()), sounds.wav())

    is_problem(answer, 404, "session-not-found")
    assert api.stored() == []


@pytest.mark.parametrize("state", ["pending", "processing", "completed"])
def test_a_started_session_takes_no_other_recording(
    api: Api, database: sessionmaker[Session], state: str
) -> None:
    session = api.uploaded()
    set_state(database, session, SessionState(state))

    answer = api.upload(session, sounds.wav(1.0))

    is_problem(answer, 409, "upload-refused", state)
    assert answer.json()["state"] == state
    assert [each.read_bytes() for each in api.stored()] == [sounds.wav()]


def test_a_failed_session_begins_anew_with_another_recording(
    api: Api, database: sessionmaker[Session]
) -> None:
    session = api.uploaded()
    set_state(database, session, SessionState.FAILED, error_message="cannot be decoded")

    answer = api.upload(session, sounds.wav(1.0))

    assert answer.json()["status"] == "uploading"
    assert answer.json()["error_message"] is None


def test_a_form_without_the_field_names_it(api: Api, client: TestClient) -> None:
    session = api.create()

    answer = client.post(f"{SESSIONS}/{session}/upload", files={"audio": ("a.wav", b"x")})

    is_problem(answer, 422, "invalid-request", "body.file", "nothing")


def test_a_field_that_is_no_file_is_told_so(api: Api, client: TestClient) -> None:
    session = api.create()
    form = {"file": (None, "text"), "more": (None, "text")}

    answer = client.post(f"{SESSIONS}/{session}/upload", files=form)

    is_problem(answer, 422, "invalid-request", "body.file", "without a file name")


def test_other_fields_of_the_form_are_passed_over(api: Api, client: TestClient) -> None:
    session = api.create()
    form = {"file": ("a.wav", sounds.wav())}

    answer = client.post(f"{SESSIONS}/{session}/upload", data={"note": "hello"}, files=form)

    assert answer.status_code == 201
    assert [each.read_bytes() for each in api.stored()] == [sounds.wav()]


def test_a_body_that_is_no_form_is_told_what_is_expected(api: Api, client: TestClient) -> None:
    session = api.create()

    answer = client.post(f"{SESSIONS}/{session}/upload", content=sounds.wav())

    is_problem(answer, 415, "not-multipart", "multipart/form-data")


@pytest.mark.parametrize("cut", [10, 5000])
def test_a_form_that_breaks_off_leaves_nothing_behind(
    api: Api, client: TestClient, cut: int
) -> None:
    session = api.create()
    built = client.build_request("POST", "/", files={"file": ("a.wav", sounds.wav())})
    whole = built.read()

    answer = client.post(
        f"{SESSIONS}/{session}/upload",
        content=whole[:-cut],
        headers={"Content-Type": built.headers["Content-Type"]},
    )

    is_problem(answer, 400, "malformed-request", "breaks off")
    assert api.stored() == []


def test_a_store_that_fails_is_told_without_its_secrets(
    api: Api, database: sessionmaker[Session], store: Path
) -> None:
    session = api.create()
    (store / session).write_text("a file where a folder should be")

    answer = api.upload(session, sounds.wav())

    is_problem(answer, 503, "service-unavailable", "store")
    assert str(store) not in answer.text
    assert open_uploads(database) == 0
