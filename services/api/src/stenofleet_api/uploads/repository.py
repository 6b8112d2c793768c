"""Uploads in PostgreSQL: what is on its way, and not yet a session's recording."""

import uuid

from sqlalchemy import delete, select, update
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


def unlink(db: Session, upload_id: uuid.UUID) -> bool:
    """Closes an upload by URL and keeps its row; False when it was closed before."""
    mine = (Upload.id == upload_id, Upload.expires_at.is_not(None))
    closed = update(Upload).where(*mine).values(expires_at=None).returning(Upload.id)
    return db.scalar(closed) is not None


def close(db: Session, upload_id: uuid.UUID) -> bool:
    """Closes the upload; False when it was closed before."""
    closed = delete(Upload).where(Upload.id == upload_id).returning(Upload.id)
    return db.scalar(closed) is not None
