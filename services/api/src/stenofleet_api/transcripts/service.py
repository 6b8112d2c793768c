"""Transcripts of completed sessions."""

import uuid
from typing import Annotated

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import Segment, TranscriptionSession

from stenofleet_api.deps import InContext, Owner
from stenofleet_api.sessions import repository
from stenofleet_api.sessions.errors import TranscriptNotReady
from stenofleet_api.transcripts.schemas import Role, SegmentView, Transcript

_TO_DO = {
    SessionState.UPLOADING: "upload a recording and start the transcription",
    SessionState.PENDING: "follow it at GET /api/v1/sessions/{id}/status",
    SessionState.PROCESSING: "follow it at GET /api/v1/sessions/{id}/status",
    SessionState.FAILED: "try it again with POST /api/v1/sessions/{id}/retry-transcription",
    SessionState.CANCELLED: "upload the recording again to begin anew",
}


class TranscriptService:
    """One owner's transcripts."""

    def __init__(self, db: sessionmaker[Session], owner: str) -> None:
        """Reads from ``db`` what belongs to ``owner``."""
        self._db = db
        self._owner = owner

    def get(self, session_id: uuid.UUID) -> Transcript:
        """The transcript.

        Raises:
            SessionNotFound: there is no such session.
            TranscriptNotReady: the session is not completed.
        """
        with self._db() as db:
            session = repository.get(db, self._owner, session_id)
            _refuse_early(session)
            return _transcript(session, _segments(db, session_id))


def _segments(db: Session, session_id: uuid.UUID) -> list[Segment]:
    query = select(Segment).where(Segment.session_id == session_id).order_by(Segment.position)
    return list(db.scalars(query))


def _refuse_early(session: TranscriptionSession) -> None:
    state = SessionState(session.status)
    if state is not SessionState.COMPLETED:
        to_do = _TO_DO[state].format(id=session.id)
        raise TranscriptNotReady(state, f"The session is {state}, not completed: {to_do}.")


def _transcript(session: TranscriptionSession, segments: list[Segment]) -> Transcript:
    return Transcript(
        session_id=session.id,
        title=session.title,
        duration_seconds=session.duration_seconds,
        language=session.language,
        created_at=session.created_at,
        role_assignments={},
        segment_roles={},
        segments=[_segment(each) for each in segments],
    )


def _segment(row: Segment) -> SegmentView:
    return SegmentView(
        id=row.id,
        speaker_id=row.speaker_id,
        start_sec=row.start_seconds,
        end_sec=row.end_seconds,
        content=row.content,
        confidence=row.confidence,
        role=Role.UNKNOWN,
    )


async def _service(context: InContext, owner: Owner) -> TranscriptService:
    return TranscriptService(context.sessions, owner)


Transcripts = Annotated[TranscriptService, Depends(_service)]
