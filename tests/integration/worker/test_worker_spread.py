"""The windows of a long recording, over many workers."""

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, update
from stenofleet.contracts.options import TranscriptOptions
from stenofleet.contracts.priorities import Priority
from stenofleet.db.models import Outbox, TranscriptionSession, TranscriptionWindow
from stenofleet.errors import RecordingMissing
from stenofleet.settings import WorkerSettings
from stenofleet_worker import housekeeping, lost_windows
from stenofleet_worker.errors import LeaseLost
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import job, window_job
from stenofleet_worker.transcription.engines.base import (
    SAMPLE_RATE,
    Audio,
    Segment,
    Span,
    Transcription,
)
from stenofleet_worker.transcription.spread import SPEECH
from support.servers import until


class Told:
    """Remembers what a job reports."""

    def __init__(self) -> None:
        self.percents: list[float] = []

    def started(self, percent: float) -> None:
        self.percents.append(percent)

    def progress(self, percent: float, _: str) -> None:
        self.percents.append(percent)


class Echo:
    """Hears one segment a window, in the language that it is told or else detects."""

    def __init__(self) -> None:
        self.meanwhile: Any = lambda: None
        self.asked: list[str | None] = []
        self.options: list[TranscriptOptions] = []
        self.speeches: list[Any] = []

    def language(self, asked: str) -> str | None:
        return None if asked == "auto" else asked

    def speech(self, audio: Audio) -> list[tuple[int, int]]:
        return [(0, len(audio) - SAMPLE_RATE)]

    def detect(self, audio: Audio) -> str | None:
        return "fr" if len(audio) else None

    def transcribe(
        self,
        audio: Audio,
        language: str | None,
        options: TranscriptOptions,
        speech: Sequence[Span] | None = None,
    ) -> Transcription:
        self.asked.append(language)
        self.options.append(options)
        self.speeches.append(speech)
        self.meanwhile()
        seconds = len(audio) / SAMPLE_RATE
        return Transcription(language or "xx", iter([Segment("heard", 0.0, seconds, 0.9)]))


@pytest.fixture
def engine() -> Echo:
    return Echo()


@pytest.fixture
def services(installation: Any, engine: Echo) -> Services:
    environment = installation.environment
    settings = WorkerSettings(
        redis_url=environment["REDIS_URL"],
        database_url=environment["DATABASE_URL"],
        storage_url=environment["STENOFLEET_STORAGE_URL"],
    )
    return Services(settings, lambda _: engine)


def _root(installation: Any, services: Services, session_id: uuid.UUID, attempt: int = 1) -> Any:
    session = installation.session(session_id)
    order = job.Order(session_id, session.audio_uri, session.language, attempt)
    return job.perform(services, order, Told())


def _window(services: Services, session_id: uuid.UUID, index: int, attempt: int = 1) -> Told:
    told = Told()
    order = window_job.WindowOrder(session_id, index, attempt, "here")
    window_job.perform(services, order, lambda _: told)
    return told


@pytest.fixture
def spread_out(installation: Any, services: Services, quiet_minutes: Path) -> uuid.UUID:
    """A session whose three windows wait."""
    session_id: uuid.UUID = installation.pending(quiet_minutes, "auto", publish=False)
    assert isinstance(_root(installation, services, session_id), job.Spread)
    return session_id


def _lose(installation: Any, session_id: uuid.UUID, index: int) -> None:
    """The worker of a window dies, and its lease runs out."""
    table = TranscriptionWindow
    with installation.sessions.begin() as db:
        db.execute(
            update(table)
            .where(table.session_id == session_id, table.index == index)
            .values(
                lease_owner="dead", lease_expires_at=func.now() - func.make_interval(0, 0, 0, 1)
            )
        )


def test_two_workers_share_the_windows_of_one_recording(
    installation: Any, quiet_minutes: Path
) -> None:
    installation.gate.touch()
    session_id = installation.pending(quiet_minutes)
    for _ in range(2):
        installation.ready_worker()
    until(lambda: len(installation.transcribed_windows()) == 2, "a window on each")

    held = installation.session(session_id)
    assert (held.status, held.lease_owner) == ("processing", None)
    installation.gate.unlink()
    until(lambda: installation.job_state(session_id) == "SUCCESS", "the result")

    workers = {each.lease_owner.split("/")[0] for each in installation.windows(session_id)}
    assert workers == {"transcription-0@test", "transcription-1@test"}
    assert [each.position for each in installation.segments(session_id)] == list(range(15))
    starts = [each.start_seconds for each in installation.segments(session_id)]
    assert starts == sorted(starts)
    assert len(installation.transcribed_windows()) == 3


def test_the_root_task_ends_early_and_its_id_tells_of_the_job_to_the_end(
    installation: Any, quiet_minutes: Path
) -> None:
    installation.gate.touch()
    session_id = installation.pending(quiet_minutes)
    worker = installation.ready_worker()
    until(lambda: len(installation.transcribed_windows()) == 1, "a window to run")

    assert f"The windows of session {session_id} are on their way" in worker.text()
    assert installation.job_state(session_id) == "PROGRESS"
    installation.gate.unlink()
    until(lambda: installation.job_state(session_id) == "SUCCESS", "the result")

    job_id = installation.session(session_id).transcription_job_id
    result = installation.app.AsyncResult(job_id).result
    assert (result["session_id"], result["segments"]) == (str(session_id), 15)
    assert (result["duration_seconds"], installation.progress(session_id)) == (600, 100)


def test_a_session_that_is_cancelled_stops_and_its_job_s_result_says_so(
    installation: Any, quiet_minutes: Path
) -> None:
    installation.gate.touch()
    session_id = installation.pending(quiet_minutes)
    installation.ready_worker()
    until(lambda: len(installation.transcribed_windows()) == 1, "a window to run")
    with installation.sessions.begin() as db:
        db.get_one(TranscriptionSession, session_id).status = "cancelled"
    installation.gate.unlink()

    until(lambda: installation.job_state(session_id) == "REVOKED", "the result")
    until(lambda: installation.queued() == [], "the other windows to be looked at")
    assert len(installation.transcribed_windows()) == 1
    assert installation.segments(session_id) == []
    assert installation.status(session_id) == "cancelled"


def test_somebody_who_waits_overtakes_the_queued_windows_of_long_recordings(
    installation: Any, quiet_minutes: Path, short_recording: Path
) -> None:
    installation.gate.touch()
    long_ones = [installation.pending(quiet_minutes) for _ in range(3)]
    installation.ready_worker("transcription", "-c", "1")
    until(lambda: len(installation.transcribed_windows()) == 1, "a window to run")
    assert len(installation.queued()) == 8
    short = installation.pending(short_recording, priority=Priority.INTERACTIVE.value)

    installation.gate.unlink()
    installation.until_status(short, "completed")
    for each in long_ones:
        installation.until_status(each, "completed")
    # Its two seconds came right after the window that ran.
    assert installation.transcribed_windows()[1].endswith(f" {2 * SAMPLE_RATE}")


def test_windows_inherit_the_priority_of_their_session(
    installation: Any, services: Services, quiet_minutes: Path
) -> None:
    session_id = installation.pending(quiet_minutes, publish=False, priority=0)
    _root(installation, services, session_id)
    sent = installation.outbox(session_id)
    assert [each.window_index for each in sent] == [None, 0, 1, 2]
    assert {each.priority for each in sent} == {0}


def test_each_message_tells_of_the_work_of_its_own_task(
    installation: Any, services: Services, quiet_minutes: Path
) -> None:
    session_id = installation.pending(quiet_minutes, publish=False, duration_seconds=600.0)
    _root(installation, services, session_id)
    root, *windows = [each.headers["sf_work_seconds"] for each in installation.outbox(session_id)]
    assert root < 10
    assert sum(windows) == 600


def test_all_windows_are_heard_in_the_language_of_the_first_speech(
    installation: Any, services: Services, engine: Echo, spread_out: uuid.UUID
) -> None:
    for index in (2, 0, 1):
        _window(services, spread_out, index)
    assert engine.asked == ["fr"] * 3
    assert installation.session(spread_out).language == "fr"


def test_the_wishes_for_a_transcript_reach_the_engine(
    installation: Any, services: Services, engine: Echo, short_recording: Path
) -> None:
    options = {"vocabulary": ["Stenofleet"], "word_times": False}
    _root(
        installation,
        services,
        installation.pending(short_recording, publish=False, options=options),
    )
    assert engine.options == [TranscriptOptions(vocabulary=("Stenofleet",), word_times=False)]


def test_progress_grows_with_every_window_in_whatever_order_and_ends_at_a_hundred(
    installation: Any, services: Services, spread_out: uuid.UUID
) -> None:
    told = [0.0]
    for index in (1, 2, 0):
        told += _window(services, spread_out, index).percents
    assert told == sorted(told)
    assert told[-1] < 100
    assert installation.progress(spread_out) == 100
    times = [(each.start_seconds, each.end_seconds) for each in installation.segments(spread_out)]
    assert times[0][0] == 0
    assert times[-1][1] == 600
    assert [end for _, end in times[:-1]] == [start for start, _ in times[1:]]


def test_a_window_of_an_older_attempt_is_dropped(
    installation: Any, services: Services, engine: Echo, spread_out: uuid.UUID
) -> None:
    def started_again() -> None:
        with installation.sessions.begin() as db:
            db.get_one(TranscriptionSession, spread_out).attempt = 2

    engine.meanwhile = started_again
    with pytest.raises(LeaseLost):
        _window(services, spread_out, 0)
    assert {each.state for each in installation.windows(spread_out)} == {"open"}
    with pytest.raises(LeaseLost):
        _window(services, spread_out, 1)


def test_who_cut_a_recording_does_not_read_it_again(
    installation: Any, services: Services, spread_out: uuid.UUID
) -> None:
    installation.recordings.delete(installation.session(spread_out).audio_uri)
    for index in range(3):
        _window(services, spread_out, index)
    assert installation.status(spread_out) == "completed"
    assert installation.segments(spread_out)[-1].end_seconds == 600


def test_whoever_else_hears_a_window_reads_the_recording(
    installation: Any, services: Services, engine: Echo, spread_out: uuid.UUID
) -> None:
    elsewhere = Services(services.settings, lambda _: engine)
    _window(elsewhere, spread_out, 0)
    installation.recordings.delete(installation.session(spread_out).audio_uri)
    with pytest.raises(RecordingMissing):
        _window(elsewhere, spread_out, 1)
    assert installation.status(spread_out) == "failed"


def test_where_somebody_speaks_is_not_looked_for_again_by_whoever_hears_a_window(
    installation: Any, services: Services, engine: Echo, spread_out: uuid.UUID
) -> None:
    with installation.sessions.begin() as db:
        [window] = db.query(TranscriptionWindow).filter_by(session_id=spread_out, index=1)
        window.result = {**window.result, SPEECH: [[5, SAMPLE_RATE]]}

    _window(Services(services.settings, lambda _: engine), spread_out, 1)

    assert engine.speeches == [[[5, SAMPLE_RATE]]]


def test_a_second_delivery_of_a_window_or_of_the_root_changes_nothing(
    installation: Any, services: Services, engine: Echo, spread_out: uuid.UUID
) -> None:
    _window(services, spread_out, 0)
    with pytest.raises(LeaseLost):
        _window(services, spread_out, 0)
    with pytest.raises(LeaseLost):
        _root(installation, services, spread_out)
    assert len(engine.asked) == 1
    assert [each.state for each in installation.windows(spread_out)] == ["done", "open", "open"]


def test_a_lost_window_is_sent_again_and_the_session_fails_when_that_goes_on(
    installation: Any, services: Services, spread_out: uuid.UUID
) -> None:
    for _ in range(lost_windows.MAX_DELIVERIES):
        _lose(installation, spread_out, 1)
        assert housekeeping.reap_leases(services, installation.app) == 0
        assert lost_windows.reap(services, installation.app) == 1

    sent = [each.window_index for each in installation.outbox(spread_out)]
    assert sent.count(1) == lost_windows.MAX_DELIVERIES
    assert sent.count(0) == 1
    session = installation.session(spread_out)
    assert session.status == "failed"
    assert session.error_message.startswith(
        "The transcription was given up: 5 workers were lost on"
    )
    assert installation.job_state(spread_out) == "FAILURE"


def test_waiting_windows_whose_message_redis_lost_are_sent_out_again_once(
    installation: Any, services: Services, spread_out: uuid.UUID
) -> None:
    earlier = func.now() - func.make_interval(0, 0, 0, 0, 0, 1)
    with installation.sessions.begin() as db:
        db.execute(update(TranscriptionWindow).values(updated_at=earlier))
        db.execute(update(Outbox).values(published_at=earlier))
    _lose(installation, spread_out, 2)

    assert lost_windows.restore(services, installation.app) == 2
    assert lost_windows.restore(services, installation.app) == 0
    wanted = {each.task_id for each in installation.windows(spread_out)[:2]}
    assert {each.task_id for each in installation.queued()} == wanted


def test_when_whoever_gathers_is_lost_the_next_attempt_only_gathers(
    installation: Any, services: Services, engine: Echo, spread_out: uuid.UUID
) -> None:
    _window(services, spread_out, 0)
    _window(services, spread_out, 1)

    class Killed(BaseException):
        """What no handler of ours catches, like a kill."""

    with pytest.MonkeyPatch.context() as patch:

        def killed(*_: Any) -> None:
            raise Killed

        patch.setattr(window_job, "finish", killed)
        with pytest.raises(Killed):
            _window(services, spread_out, 2)
    with installation.sessions.begin() as db:
        db.get_one(TranscriptionSession, spread_out).lease_expires_at = func.now()

    assert housekeeping.reap_leases(services, installation.app) == 1
    _root(installation, services, spread_out, attempt=2)

    assert len(engine.asked) == 3
    assert installation.status(spread_out) == "completed"
    assert len(installation.segments(spread_out)) == 3
