"""What ``AsyncResult`` of a session's job tells once the session has ended.

The session says how it ended; its job's result follows, whichever task was the last one.
"""

import uuid
from typing import Any

from celery import Celery, states
from celery.exceptions import TaskRevokedError
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import ProcessingStatus, Segment, TranscriptionSession

from stenofleet_worker.errors import WorkerError
from stenofleet_worker.services import Services

Ending = tuple[str, Any]
"""Celery's state, and the result that goes with it."""


def tell(services: Services, app: Celery, session_id: uuid.UUID) -> None:
    """Stores the result of the session's job when the session has ended, and only once.

    Raises:
        OperationalError, InterfaceError: the database stayed away.
    """
    job, ending = services.database.run(lambda db: _ending(db, session_id))
    if not job or ending is None or app.AsyncResult(job).state in states.READY_STATES:
        return
    state, result = ending
    app.backend.store_result(job, result, state)


def summary(db: Session, session_id: uuid.UUID) -> dict[str, Any]:
    """Figures of a session's transcript, fit for a Celery result."""
    session = db.get_one(TranscriptionSession, session_id)
    status = db.get(ProcessingStatus, session_id)
    segments = select(func.count()).where(Segment.session_id == session_id)
    return {
        "session_id": str(session_id),
        "duration_seconds": session.duration_seconds,
        "segments": db.scalar(segments) or 0,
        "processing_speed": status.processing_speed if status else None,
    }


def _ending(db: Session, session_id: uuid.UUID) -> tuple[str | None, Ending | None]:
    session = db.get(TranscriptionSession, session_id)
    if session is None:
        return None, None
    return session.transcription_job_id, _of(db, session)


def _of(db: Session, session: TranscriptionSession) -> Ending | None:
    match session.status:
        case SessionState.COMPLETED:
            return states.SUCCESS, summary(db, session.id)
        case SessionState.FAILED:
            return states.FAILURE, WorkerError(session.error_message or "it failed")
        case SessionState.CANCELLED:
            return states.REVOKED, TaskRevokedError("the session was cancelled")
        case _:
            return None
