"""Whether there is a transcript to read or to change, and the segments that are asked for."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import Segment, TranscriptionSession

from stenofleet_api.problems import FieldError, InvalidRequest
from stenofleet_api.sessions.errors import TranscriptNotReady

_TO_DO = {
    SessionState.UPLOADING: "upload a recording and start the transcription",
    SessionState.PENDING: "follow it at GET /api/v1/sessions/{id}/status",
    SessionState.PROCESSING: "follow it at GET /api/v1/sessions/{id}/status",
    SessionState.FAILED: "try it again with POST /api/v1/sessions/{id}/retry-transcription",
    SessionState.CANCELLED: "upload the recording again to begin anew",
}


def require_completed(session: TranscriptionSession) -> None:
    """Returns when the session has a transcript.

    Raises:
        TranscriptNotReady: it has none; the text says what to do.
    """
    state = SessionState(session.status)
    if state is not SessionState.COMPLETED:
        to_do = _TO_DO[state].format(id=session.id)
        raise TranscriptNotReady(state, f"The session is {state}, not completed: {to_do}.")


def require_segments(
    db: Session, session: TranscriptionSession, asked: Collection[int], field: str
) -> None:
    """Returns when all segments are the session's.

    Raises:
        InvalidRequest: some are not; ``field`` and each one's id name them.
    """
    mine = select(Segment.id).where(Segment.session_id == session.id, Segment.id.in_(asked))
    known = set(db.scalars(mine))
    expected = f"the id of a segment of session {session.id}"
    wrong = [
        FieldError(field=f"{field}.{each}", expected=expected, got=str(each))
        for each in sorted(set(asked) - known)[:20]
    ]
    if wrong:
        raise InvalidRequest(wrong)
