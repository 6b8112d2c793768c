"""Recordings that go to a bucket by a URL of the bucket's own, and confirmed."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import obstore
import pytest
from obstore.store import from_url
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.db.models import TranscriptionSession, Upload
from stenofleet.settings import ApiSettings
from support import sounds
from support.api import Api, is_problem
from support.buckets import BUCKET, S3Server, s3_server


@pytest.fixture(scope="module")
def bucket() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def prefix() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def settings(
    settings: ApiSettings, bucket: S3Server, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> ApiSettings:
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    return settings.model_copy(update={"storage_url": f"s3://{BUCKET}/{prefix}"})


def stored(settings: ApiSettings) -> list[bytes]:
    store = from_url(settings.storage_url)
    paths = [each["path"] for batch in obstore.list(store) for each in batch]
    return [bytes(obstore.get(store, path).bytes()) for path in paths]


def test_the_url_leads_to_the_bucket_and_the_api_sees_no_byte_of_the_file(
    api: Api, bucket: S3Server, settings: ApiSettings
) -> None:
    session, content = api.create(), sounds.recording("m4a", 2.0)
    url = api.link(session, "Montag.m4a")

    sent = httpx.put(url, content=content)
    confirmed = api.post(session, "confirm-upload")

    assert url.startswith(f"{bucket.url}/{BUCKET}/")
    assert sent.status_code == 200
    found = confirmed.json()
    assert found["audio_filename"] == "Montag.m4a"
    assert found["content_type"] == "audio/mp4"
    assert found["size_bytes"] == len(content)
    assert found["checksum"] == hashlib.sha256(content).hexdigest()
    assert found["duration_seconds"] == pytest.approx(2.0, abs=0.1)
    assert stored(settings) == [content]


def test_the_url_ends_when_the_answer_says(api: Api) -> None:
    answer = api.post(api.create(), "upload-url", json={"filename": "a.ogg"}).json()

    query = httpx.URL(answer["upload_url"]).params
    signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    ends = signed_at.timestamp() + int(query["X-Amz-Expires"])
    assert ends == pytest.approx(datetime.fromisoformat(answer["expires_at"]).timestamp(), abs=2)


def test_the_url_serves_its_one_key_and_method_only(api: Api, settings: ApiSettings) -> None:
    url = api.link(api.create(), "talk.wav")
    other = url.replace(".wav", ".mp3")

    assert httpx.put(other, content=sounds.wav()).status_code == 403
    assert httpx.get(url).status_code == 403
    assert httpx.delete(url).status_code == 403
    assert stored(settings) == []


@pytest.mark.parametrize("again", [sounds.wav(1.0), b"no audio at all"])
def test_what_comes_by_the_url_after_the_confirmation_replaces_nothing(
    api: Api, settings: ApiSettings, database: sessionmaker[Session], again: bytes
) -> None:
    session = api.create()
    url = api.link(session)
    httpx.put(url, content=sounds.wav())
    before = api.post(session, "confirm-upload").json()

    assert httpx.put(url, content=again).status_code == 200

    assert api.post(session, "confirm-upload").json() == before
    assert sorted(stored(settings)) == sorted([sounds.wav(), again])
    with database() as db:
        left = db.scalars(select(Upload.uri)).all()
        recording = db.scalar(select(TranscriptionSession.audio_uri))
    # Housekeeping finds what came late by the row, and the recording lies elsewhere.
    assert len(left) == 1
    assert recording not in left


def test_what_is_above_the_limit_is_refused_by_its_size_and_deleted(
    api: Api, settings: ApiSettings
) -> None:
    session = api.create()
    httpx.put(api.link(session), content=sounds.wav() + bytes(100_000))

    is_problem(api.post(session, "confirm-upload"), 413, "file-too-large", "100000")

    assert stored(settings) == []


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        (b"", 422, "empty-file"),
        (b"some text, no audio", 415, "not-audio"),
        (sounds.wav(0), 422, "empty-recording"),
    ],
)
def test_what_is_no_recording_is_deleted(
    api: Api, settings: ApiSettings, content: bytes, status: int, slug: str
) -> None:
    session = api.create()
    httpx.put(api.link(session), content=content)

    is_problem(api.post(session, "confirm-upload"), status, slug)

    assert stored(settings) == []


def test_nothing_to_confirm_is_a_conflict_and_the_url_goes_on_to_serve(api: Api) -> None:
    session = api.create()
    url = api.link(session)

    is_problem(api.post(session, "confirm-upload"), 409, "upload-missing", "PUT")

    assert httpx.put(url, content=sounds.wav()).status_code == 200
    assert api.post(session, "confirm-upload").status_code == 200


def test_a_form_goes_to_the_bucket_too(api: Api, settings: ApiSettings) -> None:
    answer = api.upload(api.create(), sounds.wav(1.0))

    assert answer.json()["duration_seconds"] == 1.0
    assert stored(settings) == [sounds.wav(1.0)]
