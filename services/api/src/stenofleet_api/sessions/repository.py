"""Sessions in PostgreSQL; every query asks for the owner's rows only."""

import uuid

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from stenofleet.db.models import ProcessingStatus, TranscriptionSession

from stenofleet_api.sessions.errors import SessionNotFound
from stenofleet_api.sessions.filters import Cursor, Filter


def get(db: Session, owner: str, session_id: uuid.UUID) -> TranscriptionSession:
    """The session.

    Raises:
        SessionNotFound: the owner has none with this id.
    """
    found = db.scalar(select(TranscriptionSession).where(*_own(owner, session_id)))
    if found is None:
        raise SessionNotFound(session_id)
    return found


def lock(db: Session, owner: str, session_id: uuid.UUID) -> TranscriptionSession:
    """The session, which nobody else changes until the transaction ends.

    Raises:
        SessionNotFound: the owner has none with this id.
    """
    found = db.scalar(
        select(TranscriptionSession).where(*_own(owner, session_id)).with_for_update()
    )
    if found is None:
        raise SessionNotFound(session_id)
    return found


def page(
    db: Session, owner: str, asked: Filter, *, limit: int, offset: int, after: Cursor | None
) -> tuple[list[TranscriptionSession], int]:
    """A part of the owner's sessions, newest first, and how many there are in all.

    An index leads to a cursor's place at once; an offset counts its way there.
    """
    mine = asked.conditions(owner)
    newest_first = (TranscriptionSession.created_at.desc(), TranscriptionSession.id.desc())
    query = select(TranscriptionSession).where(*mine).order_by(*newest_first).limit(limit)
    query = query.offset(offset) if after is None else query.where(after.after())
    found = list(db.scalars(query))
    # The last page tells it by itself, and to count a hundred thousand takes most of a request.
    if after is None and len(found) < limit and (found or not offset):
        return found, offset + len(found)
    total = db.scalar(select(func.count()).select_from(TranscriptionSession).where(*mine))
    return found, total or 0


def processing_status(db: Session, session_id: uuid.UUID) -> ProcessingStatus | None:
    """How far the session is; None before its first start."""
    return db.get(ProcessingStatus, session_id)


def reset_processing_status(
    db: Session, session: TranscriptionSession, message: str, progress: float = 0.0
) -> None:
    """Begins the session's progress anew, in its present state and at so many percent."""
    anew = {
        "status": session.status,
        "progress": progress,
        "message": message,
        "duration_processed": None,
        "duration_total": session.duration_seconds,
        "started_at": None,
        "estimated_completion": None,
        "processing_speed": None,
        "updated_at": func.now(),
    }
    statement = insert(ProcessingStatus).values(
        session_id=session.id, owner_id=session.owner_id, **anew
    )
    db.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=anew))


def end_processing_status(db: Session, session: TranscriptionSession, message: str) -> None:
    """Says how the session ended, as far as it came."""
    table = ProcessingStatus
    db.execute(
        update(table)
        .where(table.session_id == session.id)
        .values(status=session.status, message=message, estimated_completion=None)
    )


def _own(owner: str, session_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    return (TranscriptionSession.id == session_id, TranscriptionSession.owner_id == owner)
