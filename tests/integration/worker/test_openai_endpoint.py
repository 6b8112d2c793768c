"""OpenAI's own client against a real API process, a real queue and a real worker."""

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai import OpenAI
from openai.types.audio import TranscriptionDiarized, TranscriptionVerbose
from sqlalchemy import select, update
from stenofleet.db.models import Segment, TranscriptionRequest, TranscriptionSession
from support import documents
from support.documents import Command
from support.servers import free_port, until
from support.shown_requests import HOST

HEARD = "part 0 part 1 part 2 part 3 part 4"

SHOWN = [each for each in documents.commands() if f"{HOST}/v1/audio/transcriptions" in each.words]

StartApi = Callable[..., "ApiProcess"]


class ApiProcess:
    """The API over an installation."""

    def __init__(self, installation: Any, **environment: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "stenofleet_api"],
            env={
                **installation.environment,
                "STENOFLEET_API_PORT": str(port),
                "STENOFLEET_AUTH_MODE": "none",
                "STENOFLEET_SECRET_KEY": "a key for tests, 32 characters..",
                **environment,
            },
            cwd=installation.folder,
        )
        until(self._answers, "the API")

    def client(self, retries: int = 0, timeout: float = 60) -> OpenAI:
        return OpenAI(
            api_key="none", base_url=f"{self.url}/v1", max_retries=retries, timeout=timeout
        )

    def figures(self) -> str:
        return httpx.get(f"{self.url}/metrics", timeout=60).text

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait(timeout=20)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/livez").is_success
        except httpx.TransportError:
            return False


@pytest.fixture
def start_api(installation: Any) -> Iterator[StartApi]:
    started: list[ApiProcess] = []

    def start(**environment: str) -> ApiProcess:
        started.append(ApiProcess(installation, **environment))
        return started[-1]

    yield start
    for each in started:
        each.kill()


@pytest.fixture
def api(start_api: StartApi) -> ApiProcess:
    return start_api()


def sessions(installation: Any) -> list[TranscriptionSession]:
    with installation.sessions() as db:
        return list(db.scalars(select(TranscriptionSession)))


def only(installation: Any) -> TranscriptionSession:
    [session] = sessions(installation)
    return session


def waits(installation: Any, joined: bool = False) -> Callable[[], bool]:  # noqa: FBT001, FBT002
    """Whether a request waits for its session, and where asked whether others joined it."""

    def found() -> bool:
        with installation.sessions() as db:
            rows = list(db.scalars(select(TranscriptionRequest)))
        return bool(rows) and all(row.joined or not joined for row in rows)

    return found


def stored(installation: Any) -> list[Path]:
    return [each for each in (installation.folder / "recordings").rglob("*") if each.is_file()]


def transcribe(client: OpenAI, recording: Path, **parameters: Any) -> Any:
    with recording.open("rb") as file:
        return client.audio.transcriptions.create(file=file, model="whisper-1", **parameters)


def test_a_request_is_an_interactive_session_and_its_answer_the_transcript(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    installation.ready_worker()

    heard = transcribe(api.client(), short_recording, language="en", prompt="Parts.")

    assert heard.text == HEARD
    assert heard.usage.seconds == 2
    session = only(installation)
    assert (session.status, session.priority, session.tags) == ("completed", 0, ["openai"])
    assert (session.title, session.language) == ("short.wav", "en")
    assert session.options["prompt"] == "Parts."


def test_what_the_pages_show_is_answered_with_the_transcript(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    installation.ready_worker()

    told = [curl(api, command, short_recording) for command in SHOWN]

    assert len(told) >= 4
    assert all("part 0" in each and "part 4" in each for each in told)


def curl(api: ApiProcess, shown: Command, recording: Path) -> str:
    """What it prints, of this recording: the pages name the sample, or one of their reader's."""
    words = [word.replace(HOST, api.url) for word in shown.words]
    typed = [re.sub("^file=@.*", f"file=@{recording}", word) for word in words]
    return subprocess.run(typed, capture_output=True, text=True, check=True, timeout=180).stdout


def test_every_form_is_read_by_the_client(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    installation.ready_worker()
    client = api.client()

    told = {
        form: transcribe(client, short_recording, response_format=form)
        for form in ("text", "srt", "vtt", "verbose_json", "diarized_json")
    }

    assert told["text"] == f"{HEARD}\n"
    assert told["srt"].startswith("1\n00:00:00,000 --> ")
    assert told["vtt"].startswith("WEBVTT\n\n00:00:00.000 --> ")
    verbose, diarized = told["verbose_json"], told["diarized_json"]
    assert isinstance(verbose, TranscriptionVerbose)
    assert verbose.segments is not None
    assert [each.text for each in verbose.segments] == [f"part {number}" for number in range(5)]
    assert verbose.duration == 2
    assert isinstance(diarized, TranscriptionDiarized)
    assert {each.speaker for each in diarized.segments} == {"A"}
    # Speakers are told apart only for the last one; the others are forms of one transcript.
    assert len(sessions(installation)) == 2


def test_two_speakers_are_a_and_b_whole_and_streamed(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    installation.ready_worker()
    client = api.client()
    transcribe(client, short_recording, response_format="diarized_json")
    with installation.sessions.begin() as db:
        db.execute(update(Segment).where(Segment.position > 1).values(speaker_id=2))

    again = transcribe(client, short_recording, response_format="diarized_json")
    streamed = list(
        transcribe(client, short_recording, response_format="diarized_json", stream=True)
    )

    letters = ["A", "A", "B", "B", "B"]
    assert [each.speaker for each in again.segments] == letters
    segments = [each for each in streamed if each.type == "transcript.text.segment"]
    assert [each.speaker for each in segments] == letters
    assert len(sessions(installation)) == 1


def test_word_times_come_where_they_are_asked_for(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    installation.ready_worker()

    def asked() -> Any:
        return transcribe(
            api.client(),
            short_recording,
            response_format="verbose_json",
            timestamp_granularities=["word"],
        )

    asked()
    assert only(installation).options["word_times"] is True
    words = [{"text": " part", "start": 0.1, "end": 0.3, "confidence": 0.9}]
    with installation.sessions.begin() as db:
        db.execute(update(Segment).where(Segment.position == 0).values(words=words))

    assert [(each.word, each.start, each.end) for each in asked().words] == [("part", 0.1, 0.3)]


def test_a_stream_tells_deltas_and_then_all(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    installation.ready_worker()

    *deltas, done = transcribe(api.client(), short_recording, stream=True)

    assert {each.type for each in deltas} == {"transcript.text.delta"}
    assert "".join(each.delta for each in deltas) == HEARD
    assert (done.type, done.text) == ("transcript.text.done", HEARD)


def test_fields_may_stand_behind_the_file(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    installation.ready_worker()
    form: list[tuple[str, Any]] = [
        ("file", ("talk.wav", short_recording.read_bytes())),
        ("model", (None, "whisper-1")),
        ("response_format", (None, "text")),
    ]

    answer = httpx.post(f"{api.url}/v1/audio/transcriptions", files=form, timeout=60)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text == f"{HEARD}\n"


def test_the_same_request_joins_the_one_that_runs(
    installation: Any, api: ApiProcess, start_api: StartApi, short_recording: Path
) -> None:
    installation.gate.touch()
    installation.ready_worker()
    other = start_api()

    with ThreadPoolExecutor(6) as pool:
        asked = [
            pool.submit(transcribe, each.client(), short_recording)
            for each in (api, other, api, other, api, other)
        ]
        until(waits(installation, joined=True), "others to join")
        until(lambda: len(sessions(installation)) == 1, "the joined ones' own to be gone")
        installation.gate.unlink()
        told = [each.result().text for each in asked]

    assert told == [HEARD] * 6
    assert len(installation.transcribed_windows()) == 1
    until(lambda: len(stored(installation)) == 1, "the joined ones' recordings to be gone")


def test_the_same_request_after_the_end_is_answered_without_work(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    installation.ready_worker()
    first = transcribe(api.client(), short_recording)

    again = transcribe(api.client(), short_recording)
    assert again.text == first.text
    assert len(installation.transcribed_windows()) == 1

    transcribe(api.client(), short_recording, language="de")
    assert len(installation.transcribed_windows()) == 2


def test_ten_minutes_later_the_same_request_is_work_of_its_own(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    installation.ready_worker()
    transcribe(api.client(), short_recording)
    with installation.sessions.begin() as db:
        [request] = db.scalars(select(TranscriptionRequest))
        request.asked_at = request.asked_at.replace(year=request.asked_at.year - 1)

    transcribe(api.client(), short_recording)

    assert len(sessions(installation)) == 2
    assert len(installation.transcribed_windows()) == 2


def test_another_owner_s_request_is_never_joined(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    installation.ready_worker()
    transcribe(api.client(), short_recording)
    with installation.sessions.begin() as db:
        db.execute(update(TranscriptionSession).values(owner_id="another"))

    transcribe(api.client(), short_recording)

    assert {each.owner_id for each in sessions(installation)} == {"another", "default"}


@contextmanager
def asking(
    api: ApiProcess, recording: Path, *, stream: bool = False
) -> Iterator["subprocess.Popen[bytes]"]:
    """A client that waits for its answer until it is killed, at the end at the latest."""
    form = (f"file=@{recording}", "model=whisper-1", f"stream={stream}")
    words = ["curl", "--silent", *(word for field in form for word in ("--form", field))]
    with subprocess.Popen([*words, f"{api.url}/v1/audio/transcriptions"]) as client:
        try:
            yield client
        finally:
            client.kill()


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_goes_away_cancels_its_session(
    installation: Any,
    start_api: StartApi,
    short_recording: Path,
    stream: bool,  # noqa: FBT001
) -> None:
    api = start_api(STENOFLEET_OPENAI_GRACE="0")
    with asking(api, short_recording, stream=stream) as client:
        until(waits(installation), "the request to wait")
        client.kill()

    until(lambda: only(installation).status == "cancelled", "the cancel")
    installation.ready_worker()
    assert transcribe(api.client(), short_recording).text == HEARD
    assert len(sessions(installation)) == 2


def test_a_joined_session_goes_on_when_who_asked_first_goes_away(
    installation: Any, start_api: StartApi, short_recording: Path
) -> None:
    api = start_api(STENOFLEET_OPENAI_GRACE="0")
    installation.gate.touch()
    installation.ready_worker()
    with asking(api, short_recording) as first, ThreadPoolExecutor(1) as pool:
        until(waits(installation), "the first to wait")
        second = pool.submit(transcribe, api.client(), short_recording)
        until(waits(installation, joined=True), "the second to join")
        first.kill()
        until(lambda: 'status="499"' in api.figures(), "the first one's end")
        installation.gate.unlink()

        assert second.result().text == HEARD


def test_a_client_that_gives_up_and_tries_again_joins_its_own_session(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    installation.gate.touch()
    installation.ready_worker()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(transcribe, api.client(retries=20, timeout=2), short_recording)
        until(waits(installation, joined=True), "the second try to join")
        installation.gate.unlink()

        assert asked.result().text == HEARD
    assert len(installation.transcribed_windows()) == 1


def test_what_takes_too_long_is_told_and_a_retry_joins_it(
    installation: Any, start_api: StartApi, short_recording: Path
) -> None:
    api = start_api(STENOFLEET_OPENAI_TIMEOUT="1")
    installation.gate.touch()
    installation.ready_worker()

    with pytest.raises(openai.InternalServerError) as raised:
        transcribe(api.client(), short_recording)

    assert raised.value.status_code == 504
    assert raised.value.code == "transcription_timeout"
    assert str(only(installation).id) in raised.value.message
    installation.gate.unlink()
    assert transcribe(api.client(retries=30), short_recording).text == HEARD
    assert len(sessions(installation)) == 1


def test_a_stream_that_takes_too_long_ends_with_an_error(
    installation: Any, start_api: StartApi, short_recording: Path
) -> None:
    api = start_api(STENOFLEET_OPENAI_TIMEOUT="1")

    with pytest.raises(openai.APIError) as raised:
        list(transcribe(api.client(), short_recording, stream=True))

    assert raised.value.code == "transcription_timeout"
    assert only(installation).status == "pending"


def test_a_retry_on_another_replica_joins_what_a_dead_one_began(
    installation: Any, api: ApiProcess, start_api: StartApi, short_recording: Path
) -> None:
    installation.gate.touch()
    installation.ready_worker()
    other = start_api()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(transcribe, api.client(), short_recording)
        until(lambda: len(installation.transcribed_windows()) == 1, "the worker to begin")
        api.kill()
        with pytest.raises(openai.APIConnectionError):
            asked.result()
    installation.gate.unlink()

    assert transcribe(other.client(), short_recording).text == HEARD
    assert len(sessions(installation)) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_a_recording_that_cannot_be_read_is_told_with_the_reason(
    installation: Any,
    api: ApiProcess,
    short_recording: Path,
    stream: bool,  # noqa: FBT001
) -> None:
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(lambda: list(transcribe(api.client(), short_recording, stream=stream)))
        until(waits(installation), "the request to wait")
        installation.recordings.delete(only(installation).audio_uri)
        installation.ready_worker()
        with pytest.raises(openai.APIError) as raised:
            asked.result()

    session = only(installation)
    assert session.status == "failed"
    assert session.error_message is not None
    assert session.error_message in raised.value.message
    assert raised.value.code == "transcription_failed"


def test_a_session_cancelled_elsewhere_ends_the_request(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(transcribe, api.client(), short_recording)
        until(waits(installation), "the request to wait")
        httpx.post(f"{api.url}/api/v1/sessions/{only(installation).id}/cancel")

        with pytest.raises(openai.UnprocessableEntityError, match="cancelled"):
            asked.result()


def test_a_session_deleted_elsewhere_ends_the_request(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(transcribe, api.client(), short_recording)
        until(waits(installation), "the request to wait")
        httpx.delete(f"{api.url}/api/v1/sessions/{only(installation).id}")

        with pytest.raises(openai.NotFoundError):
            asked.result()


def test_models_are_listed_and_read(api: ApiProcess) -> None:
    client = api.client()

    names = [each.id for each in client.models.list()]

    assert {"whisper-1", "whisper"} <= set(names)
    assert client.models.retrieve("whisper-1").owned_by == "stenofleet"
    with pytest.raises(openai.NotFoundError, match="no model 'gpt-none'"):
        client.models.retrieve("gpt-none")


def test_an_unsupported_parameter_is_told_to_the_client(
    installation: Any, api: ApiProcess, short_recording: Path
) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        transcribe(api.client(), short_recording, include=["logprobs"])

    assert (raised.value.param, raised.value.code) == ("include[]", "unsupported_parameter")
    problem = json.loads(raised.value.response.text)
    assert problem["type"] == "/problems/unsupported-parameter"
    assert uuid.UUID(hex=problem["request_id"])
    assert sessions(installation) == []
