"""Gives the windows of a long recording to all free slots of the fleet."""

import uuid

from sqlalchemy import delete
from sqlalchemy.orm import Session
from stenofleet import outbox
from stenofleet.db.models import TranscriptionSession, TranscriptionWindow

from stenofleet_worker.transcription import window_progress
from stenofleet_worker.transcription.cutting import Cut, Part
from stenofleet_worker.transcription.ownership import OPEN, Claim, locked

LEAD = "lead"
LANGUAGE = "language"
SPEECH = "speech"
"""What an open window's result tells whoever transcribes it."""


def spread(db: Session, held: Claim, cut: Cut) -> list[int]:
    """Writes all windows with their messages, and lets go of the session.

    Returns:
        The rows of the outbox, to be published after the commit.

    Raises:
        LeaseLost: the session is this claim's no more.
    """
    session = locked(db, held)
    table = TranscriptionWindow
    db.execute(delete(table).where(table.session_id == session.id))
    rows = [_window(session, part, cut.language) for part in cut.parts]
    db.add_all(rows)
    db.flush()
    messages = [outbox.add_window(db, session, row).id for row in rows]
    session.duration_seconds = cut.parts[-1].end
    session.lease_owner = session.lease_expires_at = None
    window_progress.tell(db, session)
    return messages


def _window(session: TranscriptionSession, part: Part, language: str | None) -> TranscriptionWindow:
    return TranscriptionWindow(
        session_id=session.id,
        attempt=session.attempt,
        index=part.index,
        start_seconds=part.start,
        end_seconds=part.end,
        state=OPEN,
        result={LEAD: part.lead, LANGUAGE: language, SPEECH: part.speech},
        task_id=str(uuid.uuid4()),
        deliveries=1,
    )
