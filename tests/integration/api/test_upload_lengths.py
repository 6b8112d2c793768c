"""How long recordings are, and what is refused for what is inside."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.contracts.headers import WORK_SECONDS
from stenofleet.db.models import Outbox
from stenofleet.settings import ApiSettings
from stenofleet_api.uploads import length
from support import sounds
from support.api import Api, is_problem


@pytest.mark.parametrize("extension", sorted(sounds.CONTAINERS))
def test_every_accepted_kind_tells_its_length(api: Api, extension: str) -> None:
    session = api.create()

    answer = api.upload(session, sounds.recording(extension, 2.0), f"talk.{extension}")

    assert answer.status_code == 201, answer.text
    assert answer.json()["duration_seconds"] == pytest.approx(2.0, abs=0.1)


def test_a_confirmed_recording_tells_its_length_too(api: Api, client: TestClient) -> None:
    session = api.create()
    client.put(api.link(session, "talk.m4a"), content=sounds.recording("m4a", 2.0))

    answer = api.post(session, "confirm-upload")

    assert answer.json()["duration_seconds"] == pytest.approx(2.0, abs=0.1)


def test_the_length_is_the_expected_work_of_the_message(
    api: Api, database: sessionmaker[Session]
) -> None:
    session = api.create()
    api.upload(session, sounds.wav(1.5))

    api.post(session, "start-transcription")

    with database() as db:
        row = db.query(Outbox).filter_by(session_id=uuid.UUID(session)).one()
    assert row.headers[WORK_SECONDS] == 1.5


def test_a_browsers_recording_is_taken_without_a_length(api: Api) -> None:
    answer = api.upload(api.create(), sounds.browser_webm(), "talk.webm")

    assert answer.status_code == 201
    assert answer.json()["duration_seconds"] is None


def test_a_recording_that_replaces_another_does_not_keep_its_length(api: Api) -> None:
    session = api.uploaded()

    answer = api.upload(session, sounds.browser_webm(), "talk.webm")

    assert answer.json()["duration_seconds"] is None


def test_the_content_decides_what_a_file_is_and_not_its_ending(api: Api) -> None:
    answer = api.upload(api.create(), sounds.wav(2.0), "talk.mp3")

    assert answer.json()["content_type"] == "audio/wav"
    assert answer.json()["duration_seconds"] == 2.0


def playlist() -> bytes:
    """A list of other files that begins like an MP3; who plays it reads /etc/passwd."""
    tag = b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(10)
    return tag + b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        (("a.wav", sounds.wav(0)), (422, "empty-recording", "0 seconds")),
        (("a.mp4", sounds.silent_film()), (415, "not-audio", "no audio")),
        (("a.m4a", sounds.recording("m4a", 2.0)[:3000]), (415, "not-audio", "no audio")),
        (("a.mp3", playlist()), (415, "not-audio", "no audio")),
        (("a.m4a", sounds.container_bomb()), (422, "empty-recording", "0 seconds")),
    ],
    ids=["0 seconds", "no track of sound", "breaks off before its tables", "playlist", "bomb"],
)
@pytest.mark.parametrize("way", ["upload", "confirm"])
def test_what_holds_no_recording_is_refused_and_deleted(
    api: Api, client: TestClient, file: tuple[str, bytes], refusal: tuple[int, str, str], way: str
) -> None:
    session = api.create()
    name, content = file

    if way == "upload":
        answer = api.upload(session, content, name)
    else:
        client.put(api.link(session, name), content=content)
        answer = api.post(session, "confirm-upload")

    is_problem(answer, *refusal)
    assert api.stored() == []
    assert api.get(session).json()["audio_filename"] is None


def test_a_recording_above_the_longest_is_refused_with_the_limit(
    api: Api, settings: ApiSettings
) -> None:
    settings.max_duration_seconds = 60

    answer = api.upload(api.create(), sounds.low_wav(61))

    is_problem(answer, 422, "recording-too-long", "60 seconds", "61")
    assert answer.json()["limit_seconds"] == 60
    assert api.stored() == []


def test_as_it_is_installed_ten_hours_are_taken_and_no_second_more(
    api: Api, settings: ApiSettings
) -> None:
    settings.max_upload_bytes = 10**8
    hours = ApiSettings.model_fields["max_duration_seconds"].default
    settings.max_duration_seconds = hours

    assert hours == 10 * 3600
    assert api.upload(api.create(), sounds.low_wav(hours)).status_code == 201
    is_problem(api.upload(api.create(), sounds.low_wav(hours + 1)), 422, "recording-too-long")
    assert len(api.stored()) == 1


def test_a_recording_of_exactly_the_longest_is_taken(api: Api, settings: ApiSettings) -> None:
    settings.max_duration_seconds = 2

    assert api.upload(api.create(), sounds.wav(2.0)).status_code == 201


def test_a_file_that_crashes_its_reader_is_refused_and_the_api_lives(
    api: Api, run_instead: Callable[[str], None]
) -> None:
    crash = "import os, resource as r; r.setrlimit(r.RLIMIT_CORE, (0, 0)); os.abort()"
    run_instead(crash)

    answer = api.upload(api.create(), sounds.wav())

    is_problem(answer, 422, "unreadable-recording", "damaged")
    assert api.stored() == []


def test_a_file_whose_reader_hangs_is_taken_without_a_length(
    api: Api, run_instead: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    hang = "import signal; signal.pause()"
    run_instead(hang)
    monkeypatch.setattr(length, "WALL_SECONDS", 0.5)

    answer = api.upload(api.create(), sounds.wav())

    assert answer.status_code == 201
    assert answer.json()["duration_seconds"] is None
