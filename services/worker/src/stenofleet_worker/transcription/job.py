"""One delivery of a session's message, from the claim to the transcript."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import structlog
from kombu.utils.functional import retry_over_time
from sqlalchemy.orm import Session
from stenofleet.errors import RecordingMissing, StorageError

from stenofleet_worker import metrics
from stenofleet_worker.database import AWAY
from stenofleet_worker.errors import Interrupted, LeaseLost, RecordingError
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import audio, ownership, progress, store
from stenofleet_worker.transcription.windows import Window, windows

if TYPE_CHECKING:
    from stenofleet_worker.transcription.engines.base import Segment

log = structlog.get_logger(__name__)

STORE_PATIENCE = 30.0
"""Seconds for which a store of recordings that fails is asked again."""

TRANSIENT = (StorageError, *AWAY)
"""What may be over when the next attempt comes."""


class Report(Protocol):
    """Who is told how far the job is."""

    def started(self, percent: float) -> None: ...

    def progress(self, percent: float, message: str) -> None: ...


@dataclass(frozen=True)
class Order:
    """What a message asks for.

    Attributes:
        session_id: the session.
        uri: the recording's address.
        language: a BCP 47 tag or ``auto``.
        attempt: the message's fencing number; None when it was sent by hand.
    """

    session_id: uuid.UUID
    uri: str
    language: str
    attempt: int | None


def perform(services: Services, order: Order, report: Report) -> dict[str, Any]:
    """Transcribes a session, or goes on where an earlier delivery of the attempt stopped.

    Args:
        services: what the process shares.
        order: the message.
        report: is told how far it is.

    Returns:
        Figures of the transcript, fit for a Celery result.

    Raises:
        LeaseLost: the message is late, or the session was taken over; nothing was changed.
        Interrupted: the worker is stopping; the session is pending and the message still valid.
        RecordingError, RecordingMissing: the session has failed.
        StorageError, OperationalError, InterfaceError: the next attempt may succeed.
    """
    if services.stopping.is_set():
        raise Interrupted("the worker is stopping")
    held, percent = _claim(services, order)
    report.started(percent)
    log.info("Starting transcription for session %s", order.session_id, attempt=held.attempt)
    with ownership.renewed(services.database, held) as lost, _settled(services, held):
        summary = _Run(services, order, held, report, lost.is_set).all()
    log.info("Transcription completed for session %s", order.session_id, **summary)
    return summary


def _claim(services: Services, order: Order) -> tuple[ownership.Claim, float]:
    owner = str(uuid.uuid4())
    lease = timedelta(seconds=services.settings.lease_seconds)

    def claim(db: Session) -> tuple[ownership.Claim, float]:
        held = ownership.claim(db, order.session_id, order.attempt, owner, lease)
        if held is None:
            raise LeaseLost(f"the message for session {order.session_id} is late")
        return held, progress.begin(db, held)

    return services.database.run(claim)


@contextmanager
def _settled(services: Services, held: ownership.Claim) -> Iterator[None]:
    """Leaves the session in the state that fits how its run ended."""
    try:
        yield
    except LeaseLost:
        raise
    except Interrupted:
        _try_once(services, lambda db: store.give_back(db, held))
        raise
    except (RecordingError, RecordingMissing) as error:
        reason = _sentence(error)
        services.database.run(lambda db: store.fail(db, held, reason))
        raise
    except TRANSIENT:
        log.warning("the attempt is given up, the next one follows", exc_info=True)
        _try_once(services, lambda db: store.expire(db, held))
        raise
    except Exception:
        # The outermost loop of a run: whatever it is, the session must not stay open for ever.
        reason = "The transcription failed by an error of the service; its log tells more."
        services.database.run(lambda db: store.fail(db, held, reason))
        raise


def _try_once(services: Services, settle: Callable[[Session], None]) -> None:
    """For what only saves time: without it the lease runs out by itself."""
    try:
        services.database.once(settle)
    except (LeaseLost, *AWAY):
        log.warning("the session is left to its lease", exc_info=True)


def _sentence(error: Exception) -> str:
    if isinstance(error, RecordingMissing):
        return "The recording is not there any more: upload it again."
    return str(error)


@dataclass
class _Run:
    """A claimed session on its way."""

    services: Services
    order: Order
    held: ownership.Claim
    report: Report
    lost: Callable[[], bool]
    done: list[store.Finished] = field(default_factory=list)

    def all(self) -> dict[str, Any]:
        engine = self.services.engine
        language = engine.language(self.order.language)
        earlier = self.services.database.run(lambda db: store.finished(db, self.held))
        with self._recording() as path:
            clock = progress.Clock(audio.duration(path))
            for window in windows(audio.decode(path), engine.speech):
                self._window(window, earlier.get(window.index), language, clock)
                language = language or self.done[-1].language
        self.services.database.run(lambda db: store.complete(db, self.held, self.done))
        return self._summary(clock)

    def _window(
        self,
        window: Window,
        earlier: store.Finished | None,
        language: str | None,
        clock: progress.Clock,
    ) -> None:
        self._go_on()
        if earlier is not None:
            clock.done_before = window.end_seconds
            self.done.append(earlier)
            return
        result = self._transcribe(window, language, clock)
        self.services.database.run(lambda db: store.save(db, self.held, result))
        metrics.AUDIO_SECONDS.inc(window.end_seconds - window.start_seconds)
        self.done.append(result)
        self._tell(clock, window.end_seconds)

    def _transcribe(
        self, window: Window, language: str | None, clock: progress.Clock
    ) -> store.Finished:
        heard = self.services.engine.transcribe(window.audio, language)
        segments: list[Segment] = []
        for segment in heard.segments:
            self._go_on()
            segments.append(segment)
            if clock.due():
                self._tell(clock, window.start_seconds + segment.end)
        return store.offset(window, heard.language, segments)

    def _tell(self, clock: progress.Clock, processed: float) -> None:
        percent, message = self.services.database.run(
            lambda db: progress.write(db, self.held, clock, processed)
        )
        self.report.progress(percent, message)

    def _go_on(self) -> None:
        if self.lost():
            raise LeaseLost(f"session {self.order.session_id} was taken over or cancelled")
        if self.services.stopping.is_set():
            raise Interrupted("the worker is stopping")

    @contextmanager
    def _recording(self) -> Iterator[Path]:
        with ExitStack() as stack:
            yield retry_over_time(
                lambda: stack.enter_context(self.services.recordings.local(self.order.uri)),
                StorageError,
                errback=cast("Any", self._storage_away),  # the stubs leave two arguments out
                interval_start=0.5,
                interval_step=1.0,
                interval_max=5.0,
                callback=self._go_on,
                timeout=STORE_PATIENCE,
            )

    def _storage_away(self, error: Exception, pauses: Iterator[float], _: int) -> float:
        if isinstance(error, RecordingMissing):
            raise error
        log.warning("the store of recordings is away, trying again")
        return next(pauses)

    def _summary(self, clock: progress.Clock) -> dict[str, Any]:
        duration = self.done[-1].end
        speed = clock.speed(duration)
        if speed is not None:
            metrics.SPEED.observe(speed)
        return {
            "session_id": str(self.order.session_id),
            "duration_seconds": duration,
            "segments": sum(len(each.segments) for each in self.done),
            "processing_speed": speed,
        }
