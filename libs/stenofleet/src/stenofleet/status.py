"""How far sessions are, read from PostgreSQL (extra: db)."""

import uuid
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from stenofleet.contracts.progress import Progress, Stage
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import ProcessingStatus, TranscriptionSession

_STAGES: Final = {
    SessionState.UPLOADING: Stage.UPLOADING,
    SessionState.PENDING: Stage.WAITING,
}


def read(db: Session, session_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Progress]:
    """How far each of the sessions is; those that are gone are left out."""
    return _read(db, TranscriptionSession.id.in_(session_ids))


def running(db: Session, owner: str, limit: int) -> dict[uuid.UUID, Progress]:
    """The owner's sessions that wait or are worked on, the newest first, at most ``limit``."""
    table = TranscriptionSession
    states = (SessionState.PENDING.value, SessionState.PROCESSING.value)
    newest = table.created_at.desc()
    mine = select(table.id).where(table.owner_id == owner, table.status.in_(states))
    return _read(db, table.id.in_(mine.order_by(newest).limit(limit)))


def of(session: TranscriptionSession, status: ProcessingStatus | None) -> Progress:
    """How far a session is; without a row of its status, it was never started."""
    return Progress(
        session_id=session.id,
        status=SessionState(session.status),
        stage=_stage(session, status),
        progress=status.progress if status else 0,
        message=(status and status.message) or _first_message(session),
        duration_processed=status and status.duration_processed,
        duration_total=(status and status.duration_total) or session.duration_seconds,
        processing_speed=status and status.processing_speed,
        started_at=status and status.started_at,
        estimated_completion=status and status.estimated_completion,
        transcription_job_id=session.transcription_job_id,
        attempt=session.attempt,
        error_message=session.error_message,
        updated_at=status.updated_at if status else session.updated_at,
    )


def _read(db: Session, which: Any) -> dict[uuid.UUID, Progress]:
    rows = db.execute(_query().where(which).execution_options(populate_existing=True))
    return {session.id: of(session, status) for session, status in rows}


def _query() -> Select[TranscriptionSession, ProcessingStatus]:
    join = ProcessingStatus.session_id == TranscriptionSession.id
    return select(TranscriptionSession, ProcessingStatus).outerjoin(ProcessingStatus, join)


def _stage(session: TranscriptionSession, status: ProcessingStatus | None) -> Stage:
    state = SessionState(session.status)
    if state is SessionState.PROCESSING:
        told = status and status.stage
        return Stage(told) if told else Stage.PREPARING
    return _STAGES.get(state, Stage.ENDED)


def _first_message(session: TranscriptionSession) -> str:
    if session.status == SessionState.UPLOADING:
        return "waiting for the start" if session.audio_uri else "waiting for a recording"
    return session.error_message or session.status
