"""Who is asked for a session's transcript (extras: celery, db)."""

from typing import Final

from sqlalchemy.orm import Session

from stenofleet import outbox
from stenofleet.db.models import Outbox, TranscriptionOperation, TranscriptionSession

GOOGLE: Final = "google"
"""The provider, as sessions name it."""


def ask(db: Session, session: TranscriptionSession) -> Outbox | None:
    """Asks the session's provider for its transcript, in the caller's transaction.

    The session must have its recording and ``transcription_job_id``.

    Returns:
        The message that is to be published after the commit; None when there is none.
    """
    if session.provider == GOOGLE:
        ask_google(db, session)
        return None
    return outbox.add_transcription(db, session)


def ask_google(db: Session, session: TranscriptionSession) -> TranscriptionOperation:
    """Writes the row that has Google transcribe the session; housekeeping finds it there.

    No message goes to the transcription queue, whose pool may sleep.
    """
    row = TranscriptionOperation(session_id=session.id, attempt=session.attempt)
    db.add(row)
    db.flush()
    return row
