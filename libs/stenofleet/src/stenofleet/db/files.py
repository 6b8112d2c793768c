"""What lies in the store of recordings for a session."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from stenofleet.db.models import TranscriptionSession, Upload


def addresses(db: Session, session: TranscriptionSession) -> list[str]:
    """Of its recording and of the files on their way to it; they go before the session does."""
    uploads = db.scalars(select(Upload.uri).where(Upload.session_id == session.id))
    return [*filter(None, [session.audio_uri]), *uploads]
