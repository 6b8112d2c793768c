"""Real Whisper on real recordings, without Celery around it; and what it cannot transcribe."""

import os
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stenofleet.contracts.options import TranscriptOptions
from stenofleet.db.models import TranscriptionSession
from stenofleet.errors import RecordingMissing, StorageError
from stenofleet.settings import WorkerSettings
from stenofleet.storage import Recordings
from stenofleet_worker.errors import (
    Interrupted,
    LeaseLost,
    NotAudio,
    TooLong,
    UnsupportedLanguage,
)
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import job, source, window_job
from stenofleet_worker.transcription.audio import decode
from stenofleet_worker.transcription.engines.base import (
    SAMPLE_RATE,
    Audio,
    Engine,
    Span,
    Transcription,
    Word,
)
from stenofleet_worker.transcription.engines.pauses import without_pauses
from stenofleet_worker.transcription.engines.whisper import WhisperEngine
from support import sounds
from support.servers import until
from support.speech import error_rate, recording

MODELS = Path.home() / ".cache/stenofleet/models"


def _lacking(what: str) -> None:
    """Skips on a laptop, fails where everything must run."""
    if os.environ.get("CI") == "true" or os.environ.get("STENOFLEET_REQUIRE_ALL") == "1":
        pytest.fail(what)
    pytest.skip(what)


def _engine(model: str) -> Engine:
    if not (MODELS / model / "model.bin").is_file():
        _lacking(f"the model {model} is missing: run services/worker/fetch_model.py {model}")
    return WhisperEngine(WorkerSettings(whisper_model=model, whisper_model_dir=MODELS))


@pytest.fixture(scope="session")
def whisper() -> Engine:
    return _engine("tiny.en")


@pytest.fixture(scope="session")
def two_cities() -> Path:
    try:
        import moonshine_voice  # noqa: PLC0415 - optional: only tests of speech need it
    except ImportError:
        _lacking("recordings are missing: run `uv sync --group audio`")
    return Path(moonshine_voice.__file__).parent / "assets/two_cities.wav"


class Told:
    """Remembers what a job reports."""

    def __init__(self) -> None:
        self.percents: list[float] = []

    def started(self, percent: float) -> None:
        self.percents.append(percent)

    def progress(self, percent: float, _: str) -> None:
        self.percents.append(percent)


@pytest.fixture
def services(installation: Any, whisper: Engine) -> Services:
    environment = installation.environment
    settings = WorkerSettings(
        database_url=environment["DATABASE_URL"],
        storage_url=environment["STENOFLEET_STORAGE_URL"],
    )
    return Services(settings, lambda _: whisper)


@pytest.fixture
def perform(installation: Any, services: Services) -> Callable[..., Told]:
    def run(session_id: uuid.UUID, attempt: int = 1) -> Told:
        session = installation.session(session_id)
        told = Told()
        order = job.Order(session_id, session.audio_uri, session.language, attempt)
        job.perform(services, order, told)
        return told

    return run


def test_a_read_text_is_transcribed_with_at_most_a_tenth_of_its_words_wrong(
    installation: Any, perform: Callable[..., Told], two_cities: Path
) -> None:
    session_id = installation.pending(two_cities, "en-US", publish=False)
    told = perform(session_id)

    segments = installation.segments(session_id)
    text = " ".join(each.content for each in segments)
    assert error_rate(text) <= 0.10
    session = installation.session(session_id)
    assert (session.status, session.language) == ("completed", "en")
    assert session.duration_seconds == pytest.approx(44.4, abs=0.2)
    assert installation.progress(session_id) == 100
    assert told.percents == sorted(told.percents)
    assert max(told.percents) < 100
    assert [each.position for each in segments] == list(range(len(segments)))
    words = [word for each in segments for word in each.words]
    assert [word["start"] for word in words] == sorted(word["start"] for word in words)
    assert 0 < min(each.confidence for each in segments) <= 1


def test_with_base_at_most_a_twentieth_of_the_words_is_wrong(
    installation: Any, services: Services, perform: Callable[..., Told], two_cities: Path
) -> None:
    services.new_engine = lambda _: _engine("base")
    session_id = installation.pending(two_cities, "auto", publish=False)
    perform(session_id)

    text = " ".join(each.content for each in installation.segments(session_id))
    assert error_rate(text) <= 0.05
    assert installation.session(session_id).language == "en"


def test_a_long_recording_is_cut_at_a_pause_and_loses_no_word_there(
    installation: Any,
    services: Services,
    perform: Callable[..., Told],
    two_cities: Path,
    tmp_path: Path,
) -> None:
    times = 6
    path = tmp_path / two_cities.name
    path.write_bytes(recording(times))
    session_id = installation.pending(path, "auto", publish=False)
    perform(session_id)
    assert [each.state for each in installation.windows(session_id)] == ["open", "open"]
    for index in (1, 0):
        window_job.perform(
            services, window_job.WindowOrder(session_id, index, 1, "here"), lambda _: Told()
        )

    assert installation.status(session_id) == "completed"
    text = " ".join(each.content for each in installation.segments(session_id))
    assert error_rate(text, times) <= 0.10
    starts = [each.start_seconds for each in installation.segments(session_id)]
    assert starts == sorted(starts)


def test_what_is_heard_is_what_faster_whisper_s_own_filter_leaves(
    whisper: Engine, two_cities: Path
) -> None:
    from faster_whisper.vad import VadOptions, get_speech_timestamps  # noqa: PLC0415 - slow

    read = np.concatenate(list(decode(two_cities)))
    for pause in (0.0, 1.6, 1.9, 2.1, 3.0):
        silence = np.zeros(int(pause * SAMPLE_RATE), np.float32)
        sound = np.concatenate([read[: 21 * SAMPLE_RATE], silence, read, silence])
        own = [(each["start"], each["end"]) for each in get_speech_timestamps(sound, VadOptions())]
        assert without_pauses(whisper.speech(sound), len(sound)) == own


def test_words_of_clips_heard_at_once_are_where_they_are_when_each_is_heard_by_itself(
    whisper: Engine, two_cities: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = np.tile(np.concatenate(list(decode(two_cities))), 2)

    def heard() -> list[Word]:
        found = whisper.transcribe(sound, "en", TranscriptOptions())
        return [word for each in found.segments for word in each.words]

    at_once = heard()
    monkeypatch.setattr(f"{WhisperEngine.__module__}.AT_ONCE", 1)
    by_themselves = heard()

    assert [each.text for each in at_once] == [each.text for each in by_themselves]
    for one, other in zip(at_once, by_themselves, strict=True):
        # Where a first word begins, after a pause, faster-whisper guesses by the words before it.
        assert one.start == pytest.approx(other.start, abs=0.5)
        assert one.end == pytest.approx(other.end, abs=0.15)


def test_a_second_run_of_the_same_message_leaves_the_same_rows(
    installation: Any, perform: Callable[..., Told], short_recording: Path
) -> None:
    session_id = installation.pending(short_recording, publish=False)
    perform(session_id)
    before = installation.session(session_id).updated_at

    with pytest.raises(LeaseLost):
        perform(session_id)

    assert installation.session(session_id).updated_at == before


def test_a_recording_in_which_nobody_speaks_is_completed_without_segments(
    installation: Any, perform: Callable[..., Told], short_recording: Path
) -> None:
    session_id = installation.pending(short_recording, "auto", publish=False)
    perform(session_id)
    assert installation.status(session_id) == "completed"
    assert installation.segments(session_id) == []
    assert installation.session(session_id).language == "auto"


@pytest.mark.parametrize("content", [b"no audio at all\n" * 100, b"", b"RIFF\x00\x00\x00\x00WAVE"])
def test_a_file_that_is_no_audio_fails_its_session_with_a_sentence(
    installation: Any, perform: Callable[..., Told], tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "notes.wav"
    path.write_bytes(content)
    session_id = installation.pending(path, publish=False)

    with pytest.raises(NotAudio):
        perform(session_id)

    session = installation.session(session_id)
    assert (session.status, session.lease_owner) == ("failed", None)
    assert session.error_message.startswith("The recording is no audio that can be decoded: upload")
    assert installation.progress(session_id) < 100


def test_a_recording_that_proves_longer_than_the_limit_fails_its_session(
    installation: Any, services: Services, perform: Callable[..., Told], tmp_path: Path
) -> None:
    path = tmp_path / "long.wav"
    path.write_bytes(sounds.low_wav(70))
    services.settings.max_duration_seconds = 5
    session_id = installation.pending(path, publish=False)

    with pytest.raises(TooLong):
        perform(session_id)

    session = installation.session(session_id)
    assert (session.status, session.lease_owner) == ("failed", None)
    assert session.error_message.startswith("Expected a recording of at most 5 seconds")


def test_a_language_that_the_model_lacks_fails_its_session_and_says_which_it_has(
    installation: Any, perform: Callable[..., Told], short_recording: Path
) -> None:
    session_id = installation.pending(short_recording, "fr-FR", publish=False)
    with pytest.raises(UnsupportedLanguage):
        perform(session_id)
    message = installation.session(session_id).error_message
    assert message == "language: expected auto or one of en, got 'fr-FR'"


def test_a_recording_that_was_removed_fails_its_session(
    installation: Any, perform: Callable[..., Told], short_recording: Path
) -> None:
    session_id = installation.pending(short_recording, publish=False)
    installation.recordings.delete(installation.session(session_id).audio_uri)
    with pytest.raises(RecordingMissing):
        perform(session_id)
    message = installation.session(session_id).error_message
    assert message == "The recording is not there any more: upload it again."


def test_a_run_of_an_older_attempt_is_fenced_off(
    installation: Any, perform: Callable[..., Told], short_recording: Path
) -> None:
    session_id = installation.pending(short_recording, publish=False)
    with pytest.raises(LeaseLost):
        perform(session_id, attempt=0)
    assert installation.status(session_id) == "pending"


def test_a_store_that_stays_away_leaves_the_session_to_the_next_attempt(
    installation: Any,
    services: Services,
    perform: Callable[..., Told],
    short_recording: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session_id = installation.pending(short_recording, publish=False)
    monkeypatch.setattr(source, "PATIENCE", 0.1)
    # A store whose addresses are others': any other way to break a folder is open to root.
    services.recordings = Recordings(f"{installation.environment['STENOFLEET_STORAGE_URL']}-other")

    with pytest.raises(StorageError):
        perform(session_id)

    session = installation.session(session_id)
    assert (session.status, session.error_message) == ("processing", None)
    assert session.lease_expires_at <= datetime.now(UTC)


def test_an_error_of_the_engine_ends_the_session_without_its_details(
    installation: Any, services: Services, perform: Callable[..., Told], short_recording: Path
) -> None:
    class Broken(WhisperEngine):
        def __init__(self) -> None: ...

        def language(self, asked: str) -> str | None:
            raise RuntimeError(f"inner workings of {asked}")

    services.new_engine = lambda _: Broken()
    session_id = installation.pending(short_recording, publish=False)

    with pytest.raises(RuntimeError):
        perform(session_id)

    session = installation.session(session_id)
    assert session.status == "failed"
    assert session.error_message == (
        "The transcription failed by an error of the service; its log tells more."
    )


def test_a_stopping_worker_takes_no_session(
    installation: Any, services: Services, perform: Callable[..., Told], short_recording: Path
) -> None:
    session_id = installation.pending(short_recording, publish=False)
    services.stopping.set()
    with pytest.raises(Interrupted):
        perform(session_id)
    assert installation.status(session_id) == "pending"


def test_a_cancelled_session_stops_and_stays_cancelled(
    installation: Any, services: Services, perform: Callable[..., Told], short_recording: Path
) -> None:
    session_id = installation.pending(short_recording, publish=False)

    class Cancelling:
        """Cancels the session while it is transcribed."""

        def language(self, asked: str) -> str | None:
            return asked

        def speech(self, audio: Audio) -> list[tuple[int, int]]:
            return [(0, len(audio) // 2)]

        def detect(self, audio: Audio) -> str | None:
            return None if len(audio) else "en"

        def transcribe(
            self,
            audio: Audio,
            language: str | None,
            options: TranscriptOptions,
            speech: Sequence[Span] | None = None,
        ) -> Transcription:
            assert len(audio), (options, speech)
            with installation.sessions.begin() as db:
                db.get_one(TranscriptionSession, session_id).status = "cancelled"
            return Transcription(language, iter(()))

    services.new_engine = lambda _: Cancelling()
    with pytest.raises(LeaseLost):
        perform(session_id)
    assert installation.status(session_id) == "cancelled"
    assert installation.segments(session_id) == []


def test_a_recording_goes_through_a_real_worker_and_its_result_tells_of_the_whole_job(
    installation: Any, whisper: Engine, two_cities: Path
) -> None:
    assert whisper.language("auto") is None
    session_id = installation.pending(two_cities, "auto")
    worker = installation.ready_worker(app="stenofleet_worker")
    until(lambda: installation.job_state(session_id) == "SUCCESS", "the result")

    assert installation.status(session_id) == "completed"
    assert "best of times" in installation.segments(session_id)[0].content
    assert f"Starting transcription for session {session_id}" in worker.text()
    assert f"Transcription completed for session {session_id}" in worker.text()


def test_a_bad_recording_ends_its_job_with_failure(installation: Any, tmp_path: Path) -> None:
    path = tmp_path / "notes.wav"
    path.write_bytes(b"no audio")
    session_id = installation.pending(path)
    installation.ready_worker()
    installation.until_status(session_id, "failed")
    until(lambda: installation.job_state(session_id) == "FAILURE", "the result")
    job_id = installation.session(session_id).transcription_job_id
    assert "no audio" in str(installation.app.AsyncResult(job_id).result)
