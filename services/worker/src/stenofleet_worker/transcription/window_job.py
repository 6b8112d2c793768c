"""One delivery of a window's message; the last one of a session makes the transcript."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session
from stenofleet.contracts.options import TranscriptOptions
from stenofleet.db.models import TranscriptionSession

from stenofleet_worker.errors import Interrupted, LeaseLost
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import ownership, store, window_lease, window_progress
from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Audio, Span
from stenofleet_worker.transcription.finish import finish
from stenofleet_worker.transcription.finished import Finished
from stenofleet_worker.transcription.hearing import Hearing
from stenofleet_worker.transcription.job import Report
from stenofleet_worker.transcription.job import exits as session_exits
from stenofleet_worker.transcription.kept import Place
from stenofleet_worker.transcription.settling import Exits, settled, stop_if_asked
from stenofleet_worker.transcription.source import patiently
from stenofleet_worker.transcription.spread import LANGUAGE, LEAD, SPEECH
from stenofleet_worker.transcription.stretch import stretch
from stenofleet_worker.transcription.window_lease import WindowClaim
from stenofleet_worker.transcription.windows import Window

log = structlog.get_logger(__name__)

Reports = Callable[[str], Report]
"""Gives who is told of a job, by Celery's id of it."""


@dataclass(frozen=True)
class WindowOrder:
    """What a message asks for.

    Attributes:
        session_id: the session.
        index: which of its windows.
        attempt: the message's fencing number; None when it was sent by hand.
        worker: who got it; stands in the window's row, for people to see who did what.
    """

    session_id: uuid.UUID
    index: int
    attempt: int | None
    worker: str


@dataclass(frozen=True)
class _Task:
    """What a claimed window's row and its session tell."""

    held: WindowClaim
    job_id: str
    uri: str
    options: TranscriptOptions
    language: str | None
    start: float
    end: float
    lead: float
    speech: Sequence[Span] | None


def perform(services: Services, order: WindowOrder, reports: Reports) -> None:
    """Transcribes a window, and completes its session when it was the last one.

    Raises:
        LeaseLost: the message is late, or the window was taken over; nothing was changed.
        Interrupted: the worker is stopping; the window and its message are for another.
        RecordingError, RecordingMissing: the session has failed.
        StorageError, OperationalError, InterfaceError: another delivery may succeed.
    """
    if services.stopping.is_set():
        raise Interrupted("the worker is stopping")
    task = _claim(services, order)
    report = reports(task.job_id)
    with (
        ownership.renewed(services.database, task.held) as lost,
        settled(services, _exits(task.held)),
    ):
        last = _Run(services, task, report, lost.is_set).all()
    if last is not None:
        _finish(services, last, task.options)


def _claim(services: Services, order: WindowOrder) -> _Task:
    owner = f"{order.worker}/{uuid.uuid4()}"
    lease = timedelta(seconds=services.settings.lease_seconds)

    def claim(db: Session) -> _Task:
        session = db.get(TranscriptionSession, order.session_id)
        attempt = order.attempt if order.attempt is not None else session and session.attempt
        wanted = WindowClaim(order.session_id, attempt or 0, order.index, owner, lease)
        window = window_lease.claim(db, wanted)
        if window is None or session is None:
            raise LeaseLost(f"the message for window {order.index} is late")
        return _Task(
            held=wanted,
            job_id=session.transcription_job_id or "",
            uri=session.audio_uri or "",
            options=TranscriptOptions.model_validate(session.options),
            language=window.result[LANGUAGE],
            start=window.start_seconds,
            end=window.end_seconds,
            lead=window.result[LEAD],
            speech=window.result.get(SPEECH),  # a worker of before may have written the row
        )

    return services.database.run(claim)


def _exits(held: WindowClaim) -> Exits:
    return Exits(
        give_back=lambda db: store.give_back_window(db, held),
        expire=lambda db: store.expire_window(db, held),
        fail=lambda db, reason: store.fail_window(db, held, reason),
    )


def _finish(services: Services, held: ownership.Claim, options: TranscriptOptions) -> None:
    with ownership.renewed(services.database, held), settled(services, session_exits(held)):
        windows = services.database.run(lambda db: store.finished(db, held))
        finish(services, held, options, windows)


@dataclass(frozen=True)
class _Run:
    """A claimed window on its way."""

    services: Services
    task: _Task
    report: Report
    lost: Callable[[], bool]

    def all(self) -> ownership.Claim | None:
        """The claim of the session, when all its windows are done."""
        task = self.task
        log.info("Transcribing window %s", task.held.index, start=task.start, end=task.end)
        self._tell(0.0)
        hearing = Hearing(self.services, task.options, self._go_on, self._tell)
        done = hearing.window(self._sound(), task.language)
        return self._save(done)

    def _sound(self) -> Window:
        task, held = self.task, self.task.held
        start, end = round(task.start * SAMPLE_RATE), round(task.end * SAMPLE_RATE)
        kept = self.services.kept.take(Place(held.session_id, held.attempt, held.index))
        audio = self._read() if kept is None else kept
        # Of damaged recordings a stretch can be shorter than when it was listened to.
        speech = task.speech if len(audio) == end - start else None
        return Window(held.index, start, audio, speech)

    def _read(self) -> Audio:
        return patiently(self._read_once, self._go_on)

    def _read_once(self) -> Audio:
        task = self.task
        # A window is a small part of what it would take long to fetch.
        with self.services.recordings.ranged(task.uri) as file:
            return stretch(file, task.start, task.end, task.lead)

    def _save(self, done: Finished) -> ownership.Claim | None:
        last, percent, message = self.services.database.run(
            lambda db: store.save(db, self.task.held, done)
        )
        self.report.progress(percent, message)
        return last

    def _tell(self, processed: float) -> None:
        percent, message = self.services.database.run(
            lambda db: window_progress.write(db, self.task.held, processed)
        )
        self.report.progress(percent, message)

    def _go_on(self) -> None:
        stop_if_asked(self.services, lost=self.lost(), what=f"window {self.task.held.index}")
