"""How far a session is whose windows are with many workers."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Float, case, func, select
from sqlalchemy.orm import Session
from stenofleet.db.models import ProcessingStatus, TranscriptionSession, TranscriptionWindow

from stenofleet_worker.transcription import progress
from stenofleet_worker.transcription.ownership import DONE
from stenofleet_worker.transcription.window_lease import WindowClaim, locked

Table = TranscriptionWindow

PROCESSED = "processed"
"""In an open window's result: the seconds of it that are done."""


@dataclass(frozen=True)
class _Sum:
    """All windows of an attempt together; seconds of the recording."""

    processed: float
    total: float
    now: datetime


def write(db: Session, held: WindowClaim, processed: float) -> tuple[float, str]:
    """Notes that ``processed`` seconds of the window are done; nothing shown goes back.

    Returns:
        percent and message of the session as they now stand.

    Raises:
        LeaseLost: the window is this claim's no more.
    """
    session, window = locked(db, held)
    window.result = {**window.result, PROCESSED: processed}
    db.flush()
    return tell(db, session)


def tell(db: Session, session: TranscriptionSession) -> tuple[float, str]:
    """Sums up the windows of a session whose row is locked."""
    found = _sum(db, session)
    before = db.get(ProcessingStatus, session.id)
    shown = max(found.processed, (before and before.duration_processed) or 0.0)
    started = before.started_at if before and before.started_at else found.now
    elapsed = (found.now - started).total_seconds()
    # What other slots do at the same time counts: speed is by the wall clock, since the start.
    clock = progress.Clock(found.total, started=time.monotonic() - elapsed)
    return progress.tell(db, session, clock, shown)


def _sum(db: Session, session: TranscriptionSession) -> _Sum:
    length = Table.end_seconds - Table.start_seconds
    running: Any = func.coalesce(Table.result[PROCESSED].astext.cast(Float), 0.0)
    processed = case((Table.state == DONE, length), else_=running)
    row = db.execute(
        select(func.sum(processed), func.max(Table.end_seconds), func.now()).where(
            Table.session_id == session.id, Table.attempt == session.attempt
        )
    ).one()
    return _Sum(*row)
