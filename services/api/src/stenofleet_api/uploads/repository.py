"""Uploads in PostgreSQL: what is on its way, and not yet a session's recording."""

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from stenofleet.db.models import TranscriptionSession, Upload


def by_id(db: Session, upload_id: uuid.UUID) -> Upload | None:
    """The upload; None when it is closed."""
    return db.get(Upload, upload_id)


def linked(db: Session, session: TranscriptionSession) -> Upload | None:
    """The upload to which the session's upload URL leads; None when there is none."""
    mine = (Upload.session_id == session.id, Upload.owner_id == session.owner_id)
    query = select(Upload).where(*mine, Upload.expires_at.is_not(None))
    return db.scalar(query.order_by(Upload.created_at.desc()).limit(1))


def close_linked(db: Session, session: TranscriptionSession) -> Sequence[str]:
    """Closes the session's uploads by URL and returns their addresses in the store."""
    mine = (Upload.session_id == session.id, Upload.owner_id == session.owner_id)
    closed = delete(Upload).where(*mine, Upload.expires_at.is_not(None)).returning(Upload.uri)
    return db.scalars(closed).all()


def close(db: Session, upload_id: uuid.UUID) -> bool:
    """Closes the upload; False when it was closed before."""
    closed = delete(Upload).where(Upload.id == upload_id).returning(Upload.id)
    return db.scalar(closed) is not None
