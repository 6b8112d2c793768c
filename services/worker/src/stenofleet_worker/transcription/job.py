"""One delivery of a session's message, from the claim to the transcript, or to its windows."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy.orm import Session
from stenofleet.contracts.options import TranscriptOptions
from stenofleet.db.models import TranscriptionSession

from stenofleet_worker.errors import Interrupted, LeaseLost, UnknownSession
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import cutting, ownership, progress, store
from stenofleet_worker.transcription.finish import finish
from stenofleet_worker.transcription.finished import Finished
from stenofleet_worker.transcription.hearing import Hearing
from stenofleet_worker.transcription.kept import Place
from stenofleet_worker.transcription.settling import Exits, settled, stop_if_asked
from stenofleet_worker.transcription.source import recording
from stenofleet_worker.transcription.spread import spread
from stenofleet_worker.transcription.windows import Window

log = structlog.get_logger(__name__)


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


@dataclass(frozen=True)
class Spread:
    """The recording is long: its windows are for all slots.

    Attributes:
        messages: rows of the outbox that are to be published now.
    """

    messages: list[int]


def perform(services: Services, order: Order, report: Report) -> dict[str, Any] | Spread:
    """Transcribes a session, or cuts it into windows that other tasks transcribe.

    Args:
        services: what the process shares.
        order: the message.
        report: is told how far it is.

    Returns:
        Figures of the transcript, fit for a Celery result; or what is to be published.

    Raises:
        UnknownSession: it does not exist.
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
    with (
        ownership.renewed(services.database, held) as lost,
        settled(services, exits(held)),
    ):
        return _Run(services, order, held, report, lost.is_set).all()


def exits(held: ownership.Claim) -> Exits:
    """How a session is left that is not completed."""
    return Exits(
        give_back=lambda db: store.give_back(db, held),
        expire=lambda db: store.expire(db, held),
        fail=lambda db, reason: store.fail(db, held, reason),
    )


def _claim(services: Services, order: Order) -> tuple[ownership.Claim, float]:
    owner = str(uuid.uuid4())
    lease = timedelta(seconds=services.settings.lease_seconds)

    def claim(db: Session) -> tuple[ownership.Claim, float]:
        held = ownership.claim(db, order.session_id, order.attempt, owner, lease)
        if held is None:
            if db.get(TranscriptionSession, order.session_id) is None:
                raise UnknownSession(
                    f"session {order.session_id} does not exist: it was never made, or was removed"
                )
            raise LeaseLost(f"the message for session {order.session_id} is late")
        return held, progress.begin(db, held)

    return services.database.run(claim)


@dataclass(frozen=True)
class _Run:
    """A claimed session on its way."""

    services: Services
    order: Order
    held: ownership.Claim
    report: Report
    lost: Callable[[], bool]

    def all(self) -> dict[str, Any] | Spread:
        options, done = self.services.database.run(self._begun)
        if done:
            return finish(self.services, self.held, options, done)
        language = self.services.engine.language(self.order.language)
        found = self._cut(language)
        if isinstance(found, Window):
            heard = self._heard(found, language, options)
            return finish(self.services, self.held, options, [heard])
        messages = self.services.database.run(lambda db: spread(db, self.held, found))
        log.info("The windows of session %s are on their way", self.order.session_id)
        return Spread(messages)

    def _cut(self, language: str | None) -> Window | cutting.Cut:
        engine, longest = self.services.engine, self.services.settings.max_duration_seconds
        with recording(self.services.recordings, self.order.uri, self._go_on) as path:
            return cutting.cut(path, engine, language, self._keep, longest)

    def _begun(self, db: Session) -> tuple[TranscriptOptions, list[Finished]]:
        """The session's options; and its windows, when they are done and not yet gathered."""
        session = db.get_one(TranscriptionSession, self.order.session_id)
        return TranscriptOptions.model_validate(session.options), store.finished(db, self.held)

    def _heard(self, window: Window, language: str | None, options: TranscriptOptions) -> Finished:
        clock = progress.Clock(window.end_seconds)

        def tell(processed: float) -> None:
            percent, message = self.services.database.run(
                lambda db: progress.write(db, self.held, clock, processed)
            )
            self.report.progress(percent, message)

        done = Hearing(self.services, options, self._go_on, tell).window(window, language)
        tell(window.end_seconds)
        return done

    def _keep(self, window: Window) -> None:
        self._go_on()
        place = Place(self.held.session_id, self.held.attempt, window.index)
        self.services.kept.keep(place, window)

    def _go_on(self) -> None:
        stop_if_asked(self.services, lost=self.lost(), what=f"session {self.order.session_id}")
