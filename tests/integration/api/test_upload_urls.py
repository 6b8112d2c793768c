"""Recordings sent to an upload URL, and confirmed."""

import asyncio
import hashlib
import time
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import DEFAULT_OWNER, Upload
from stenofleet.settings import ApiSettings
from stenofleet.storage import Recordings
from stenofleet_api.deps import Context
from stenofleet_api.uploads import links
from stenofleet_api.uploads.errors import UploadClosed
from stenofleet_api.uploads.service import UploadService
from support import sounds
from support.api import Api, is_problem, set_state


def upload_id(url: str) -> uuid.UUID:
    return uuid.UUID(urlsplit(url).path.rsplit("/", 1)[-1])


def test_a_file_put_to_the_url_and_confirmed_is_the_recording(api: Api, client: TestClient) -> None:
    session, content = api.create(), sounds.wav()
    url = api.link(session, "Montag.wav")

    sent = client.put(url, content=content)
    confirmed = api.post(session, "confirm-upload")

    assert sent.status_code == 204
    assert confirmed.status_code == 200
    found = confirmed.json()
    assert found["audio_filename"] == "Montag.wav"
    assert found["content_type"] == "audio/wav"
    assert found["size_bytes"] == len(content)
    assert found["checksum"] == hashlib.sha256(content).hexdigest()
    assert [each.read_bytes() for each in api.stored()] == [content]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.wav", "passwd.wav"),
        ("C:\\temp\\a.wav", "a.wav"),
        ("x\u202egnp\x00.wav", "xgnp.wav"),
        ("Gespräch 会話 🎤.wav", "Gespräch 会話 🎤.wav"),
    ],
)
def test_a_name_sent_for_a_url_is_shown_and_never_a_path(
    api: Api, client: TestClient, sent: str, shown: str
) -> None:
    session = api.create()
    client.put(api.link(session, sent), content=sounds.wav())

    assert api.post(session, "confirm-upload").json()["audio_filename"] == shown
    (stored,) = api.stored()
    assert stored.parent == api.store / session


def test_the_answer_tells_method_and_end(api: Api, settings: ApiSettings) -> None:
    answer = api.post(api.create(), "upload-url", json={"filename": "a.ogg"}).json()

    assert answer["method"] == "PUT"
    left = datetime.fromisoformat(answer["expires_at"]) - datetime.now(UTC)
    assert timedelta(0) < left <= timedelta(seconds=settings.upload_url_ttl)


def test_a_second_confirmation_changes_nothing(api: Api, client: TestClient) -> None:
    session = api.create()
    client.put(api.link(session), content=sounds.wav())

    first, second = api.post(session, "confirm-upload"), api.post(session, "confirm-upload")

    assert second.status_code == 200
    assert second.json() == first.json()


def test_nothing_to_confirm_is_a_conflict_that_says_what_to_do(api: Api) -> None:
    session = api.create()

    is_problem(api.post(session, "confirm-upload"), 409, "upload-missing", "upload-url")


def test_a_confirmation_before_the_file_leaves_the_url_as_it_was(
    api: Api, client: TestClient
) -> None:
    session = api.create()
    url = api.link(session)

    is_problem(api.post(session, "confirm-upload"), 409, "upload-missing", "PUT")

    assert client.put(url, content=sounds.wav()).status_code == 204
    assert api.post(session, "confirm-upload").status_code == 200


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [(b"", 422, "empty-file"), (b"some text, no audio", 415, "not-audio")],
)
def test_what_is_refused_at_the_confirmation_is_deleted(
    api: Api, client: TestClient, content: bytes, status: int, slug: str
) -> None:
    session = api.create()
    client.put(api.link(session), content=content)

    is_problem(api.post(session, "confirm-upload"), status, slug)

    assert api.stored() == []


def test_what_lies_there_above_the_limit_is_deleted_at_the_confirmation(api: Api) -> None:
    """A store that takes files without the API, by signed URLs of its own, knows no limit."""
    session = api.create()
    url = api.link(session)
    api.client.put(url, content=sounds.wav())
    (stored,) = api.stored()
    stored.write_bytes(sounds.wav() + bytes(100_000))

    is_problem(api.post(session, "confirm-upload"), 413, "file-too-large", "100000")

    assert api.stored() == []


def test_a_file_above_the_limit_is_refused_while_it_comes(api: Api, client: TestClient) -> None:
    url = api.link(api.create())

    is_problem(client.put(url, content=bytes(100_001)), 413, "file-too-large", "100000")

    assert api.stored() == []


@pytest.mark.parametrize(
    ("part", "replacement"),
    [("signature=", "signature=0"), ("expires=", "expires=9"), ("signature=", "signature=%C3%A9")],
)
def test_a_changed_url_is_refused(
    api: Api, client: TestClient, part: str, replacement: str
) -> None:
    changed = api.link(api.create()).replace(part, replacement)

    is_problem(client.put(changed, content=sounds.wav()), 403, "invalid-upload-url")

    assert api.stored() == []


def test_a_signature_serves_its_own_upload_only(api: Api, client: TestClient) -> None:
    url, other = api.link(api.create()), api.link(api.create())
    changed = url.replace(str(upload_id(url)), str(upload_id(other)))

    is_problem(client.put(changed, content=sounds.wav()), 403, "invalid-upload-url")

    assert api.stored() == []


def test_an_expired_url_is_refused(api: Api, client: TestClient, settings: ApiSettings) -> None:
    url = api.link(api.create())
    past = datetime.fromtimestamp(time.time() - 1, UTC)
    expired = links.upload_url("", upload_id(url), past, settings.secret_key)

    is_problem(client.put(expired, content=sounds.wav()), 403, "expired-upload-url", "another")


def test_a_url_without_its_signature_names_the_field(api: Api, client: TestClient) -> None:
    url = urlsplit(api.link(api.create()))
    expires = parse_qs(url.query)["expires"][0]

    answer = client.put(url.path, params={"expires": expires}, content=b"x")

    is_problem(answer, 422, "invalid-request", "query.signature")


def test_a_url_serves_no_more_after_the_confirmation(api: Api, client: TestClient) -> None:
    session = api.create()
    url = api.link(session)
    client.put(url, content=sounds.wav())
    api.post(session, "confirm-upload")

    is_problem(client.put(url, content=sounds.wav(1.0)), 410, "upload-closed")

    assert [each.read_bytes() for each in api.stored()] == [sounds.wav()]


def test_a_newer_url_takes_the_place_of_the_former_and_its_file(
    api: Api, client: TestClient
) -> None:
    session = api.create()
    former = api.link(session)
    client.put(former, content=sounds.wav())

    newer = api.link(session)

    assert api.stored() == []
    is_problem(client.put(former, content=sounds.wav()), 410, "upload-closed")
    assert client.put(newer, content=sounds.wav()).status_code == 204


def test_a_confirmed_file_replaces_the_one_sent_before(api: Api, client: TestClient) -> None:
    session = api.uploaded()
    client.put(api.link(session), content=sounds.wav(1.0))
    assert len(api.stored()) == 2

    api.post(session, "confirm-upload")

    assert [each.read_bytes() for each in api.stored()] == [sounds.wav(1.0)]


def test_a_started_session_gives_out_no_url(api: Api, database: sessionmaker[Session]) -> None:
    session = api.uploaded()
    set_state(database, session, SessionState.PROCESSING)

    answer = api.post(session, "upload-url", json={"filename": "a.wav"})

    is_problem(answer, 409, "upload-refused", "processing")


def test_a_kind_of_file_that_is_not_taken_gets_no_url(api: Api) -> None:
    answer = api.post(api.create(), "upload-url", json={"filename": "malware.exe"})

    is_problem(answer, 415, "unsupported-extension", "malware.exe", "flac")


def test_the_public_url_stands_in_the_link(api: Api, settings: ApiSettings) -> None:
    settings.public_url = "https://steno.example.com/"

    url = api.link(api.create())

    assert url.startswith("https://steno.example.com/api/v1/uploads/")


def test_of_confirmations_at_once_none_loses_the_file(api: Api, client: TestClient) -> None:
    session = api.create()
    client.put(api.link(session), content=sounds.wav())

    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(api.post, session, "confirm-upload") for _ in range(4)]

    assert [answer.result().status_code for answer in answers] == [200] * 4
    assert [each.read_bytes() for each in api.stored()] == [sounds.wav()]


def test_a_file_that_comes_while_another_is_confirmed_replaces_nothing(
    api: Api, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = api.create()
    url = api.link(session)
    client.put(url, content=sounds.wav())
    copy = Recordings.copy

    def overtaken(store: Recordings, uri: str, key: str) -> str:
        copied = copy(store, uri, key)
        assert client.put(url, content=sounds.wav(1.0)).status_code == 204
        return copied

    monkeypatch.setattr(Recordings, "copy", overtaken)

    confirmed = api.post(session, "confirm-upload").json()

    assert confirmed["checksum"] == hashlib.sha256(sounds.wav()).hexdigest()
    assert [each.read_bytes() for each in api.stored()] == [sounds.wav()]


def test_a_file_whose_sending_outlasts_the_confirmation_is_removed(
    api: Api, client: TestClient, context: Context
) -> None:
    session = api.create()
    url = api.link(session)
    client.put(url, content=sounds.wav())

    async def slowly() -> AsyncIterator[bytes]:
        yield sounds.wav(1.0)[:1000]
        assert api.post(session, "confirm-upload").status_code == 200
        yield sounds.wav(1.0)[1000:]

    service = UploadService(context, DEFAULT_OWNER, 100_000)
    with pytest.raises(UploadClosed):
        asyncio.run(service.put(upload_id(url), slowly()))

    assert [each.read_bytes() for each in api.stored()] == [sounds.wav()]


def test_a_confirmation_leaves_no_row_of_an_upload(
    api: Api, client: TestClient, database: sessionmaker[Session]
) -> None:
    session = api.create()
    client.put(api.link(session), content=sounds.wav())

    api.post(session, "confirm-upload")

    with database() as db:
        assert db.scalars(select(Upload)).all() == []
