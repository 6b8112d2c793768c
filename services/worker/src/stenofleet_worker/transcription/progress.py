"""How far a session is, in ``processing_status`` and as the Celery state PROGRESS."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from stenofleet import feed
from stenofleet.contracts.events import EventName
from stenofleet.contracts.progress import Stage
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import ProcessingStatus, TranscriptionSession

from stenofleet_worker.transcription.ownership import Claim, locked

ALMOST = 99.0
"""Percent while anything is left to do; 100 is written with the transcript."""

EVERY = 2.0
"""Seconds between two writes: often enough for a bar that moves, nothing beside a window."""


@dataclass
class Pace:
    """Says when the next write is due."""

    _written: float = field(default=float("-inf"))

    def due(self) -> bool:
        """True at most once in `EVERY` seconds."""
        now = time.monotonic()
        if now - self._written < EVERY:
            return False
        self._written = now
        return True


@dataclass(frozen=True)
class Clock:
    """Measures speed.

    Attributes:
        total: seconds of the recording; None when its container does not say.
        started: `time.monotonic` when the first second was begun.
    """

    total: float | None
    started: float = field(default_factory=time.monotonic)

    def speed(self, processed: float) -> float | None:
        """Seconds of recording for each second of wall time; None as long as nothing is known."""
        elapsed = time.monotonic() - self.started
        return processed / elapsed if processed > 0 and elapsed > 0 else None

    def percent(self, processed: float) -> float | None:
        """0 to `ALMOST`; None when the recording's length is not known."""
        if not self.total:
            return None
        return min(ALMOST, round(100 * processed / self.total, 1))

    def completion(self, processed: float) -> datetime | None:
        """When it will be done at this speed."""
        speed = self.speed(processed)
        if speed is None or not self.total:
            return None
        return datetime.now(UTC) + timedelta(seconds=max(0.0, self.total - processed) / speed)


def say(db: Session, held: Claim, stage: Stage, message: str) -> None:
    """Notes what is done to the recording, without an end in sight."""
    session = locked(db, held)
    values = {"status": SessionState.PROCESSING.value, "stage": stage.value, "message": message}
    upsert(db, session.id, session.owner_id, 0.0, values)


def begin(db: Session, held: Claim) -> float:
    """Notes that a delivery has begun; returns the percent that earlier ones had reached."""
    session = locked(db, held)
    values = {
        "status": SessionState.PROCESSING.value,
        "stage": Stage.PREPARING.value,
        "message": "Started",
    }
    return upsert(db, session.id, session.owner_id, 0.0, values)


def write(db: Session, held: Claim, clock: Clock, processed: float) -> tuple[float, str]:
    """Notes that ``processed`` seconds are done; percent never goes back.

    Returns:
        percent and message as they now stand.

    Raises:
        LeaseLost: the session is this claim's no more.
    """
    return tell(db, locked(db, held), clock, processed)


def tell(
    db: Session, session: TranscriptionSession, clock: Clock, processed: float
) -> tuple[float, str]:
    """Like `write`, for a session whose row is locked."""
    message = _message(processed, clock.total)
    values = {
        "status": SessionState.PROCESSING.value,
        "stage": Stage.TRANSCRIBING.value,
        "message": message,
        "duration_processed": processed,
        "duration_total": clock.total,
        "processing_speed": clock.speed(processed),
        "estimated_completion": clock.completion(processed),
    }
    percent = upsert(db, session.id, session.owner_id, clock.percent(processed) or 0.0, values)
    return percent, message


def upsert(
    db: Session, session_id: Any, owner_id: str, percent: float, values: dict[str, Any]
) -> float:
    """Writes the session's row of ``processing_status``, tells it, and returns its percent."""
    feed.note(db, session_id, owner_id, EventName.PROGRESS)
    row = insert(ProcessingStatus).values(
        session_id=session_id,
        owner_id=owner_id,
        progress=percent,
        started_at=func.now(),
        **values,
    )
    table = ProcessingStatus
    statement = row.on_conflict_do_update(
        index_elements=[table.session_id],
        set_={
            **values,
            "progress": func.greatest(table.progress, row.excluded.progress),
            "started_at": func.coalesce(table.started_at, row.excluded.started_at),
            "updated_at": func.now(),
        },
    ).returning(table.progress)
    return float(db.execute(statement).scalar_one())


def _message(processed: float, total: float | None) -> str:
    if total:
        return f"Transcribed {_clock_face(min(processed, total))} of {_clock_face(total)}"
    return f"Transcribed {_clock_face(processed)}"


def _clock_face(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
