"""Removes what was kept for long enough; each run takes a part of it.

A file goes before the row that names it, in the row's transaction: a store that is away keeps both,
and a later run finds them.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session
from stenofleet import idempotency, webhooks
from stenofleet.contracts.states import SessionState
from stenofleet.db.files import addresses
from stenofleet.db.models import TranscriptionSession, Upload
from stenofleet.errors import StorageError
from stenofleet.movement import dead_letters

from stenofleet_worker import metrics
from stenofleet_worker.services import Services

log = structlog.get_logger(__name__)

BATCH: Final = 500
"""Rows with files that one run removes; a bucket takes some 50 ms for each."""

Table = TranscriptionSession
_AT_WORK: Final = (SessionState.PENDING.value, SessionState.PROCESSING.value)


def remove_expired(services: Services) -> int:
    """Removes what is past its time: answers, deliveries, dead letters, uploads, sessions."""
    rows = _remove_rows(services) + _remove_dead_letters(services)
    return rows + _remove_uploads(services) + _remove_sessions(services)


def _remove_rows(services: Services) -> int:
    with services.sessions.begin() as db:
        return idempotency.remove_old(db) + webhooks.remove_old(db)


def _remove_dead_letters(services: Services) -> int:
    days = services.settings.movement_dead_letter_days
    if days is None:
        return 0
    with services.sessions.begin() as db:
        removed = dead_letters.remove_old(db, timedelta(days=days))
    metrics.EXPIRED_LETTERS.inc(removed)
    if removed:
        log.warning("dead letters of movements are past their time", count=removed)
    return removed


def _remove_uploads(services: Services) -> int:
    due = _unconfirmed(services.settings.upload_ttl)

    def remove(db: Session, upload_id: uuid.UUID) -> bool:
        query = select(Upload).where(Upload.id == upload_id, due)
        upload = db.scalar(query.with_for_update(skip_locked=True))
        if upload is None:
            return False
        services.recordings.discard(upload.uri)
        db.delete(upload)
        return True

    return _each(services, select(Upload.id).where(due), remove)


def _remove_sessions(services: Services) -> int:
    days = services.settings.retention_days
    if days is None:
        return 0
    due = _past(timedelta(days=days))

    def remove(db: Session, session_id: uuid.UUID) -> bool:
        query = select(Table).where(Table.id == session_id, due)
        session = db.scalar(query.with_for_update(skip_locked=True))
        if session is None:
            return False
        for uri in addresses(db, session):
            services.recordings.discard(uri)
        db.delete(session)
        log.info("a session is past its time", session_id=str(session_id))
        return True

    return _each(services, select(Table.id).where(due), remove)


def _each(
    services: Services,
    due: Select[uuid.UUID],
    remove: Callable[[Session, uuid.UUID], bool],
) -> int:
    removed = 0
    with services.sessions() as db:
        # At random, so that rows whose files cannot be removed never stand before all others.
        ids = db.scalars(due.order_by(func.random()).limit(BATCH)).all()
    try:
        for each in ids:
            with services.sessions.begin() as db:
                removed += remove(db, each)
    except StorageError as error:
        log.warning("the store of recordings is away, the rest is left", reason=str(error))
    return removed


def _unconfirmed(ttl: int) -> ColumnElement[bool]:
    """Uploads that are old, and whose URL serves no more."""
    old = Upload.created_at < func.now() - timedelta(seconds=ttl)
    return old & (func.coalesce(Upload.expires_at, Upload.created_at) < func.now())


def _past(age: timedelta) -> ColumnElement[bool]:
    """Sessions that ended, or were left alone, that long ago."""
    completed = func.coalesce(Table.completed_at, Table.updated_at)
    is_completed = Table.status == SessionState.COMPLETED.value
    end = case((is_completed, completed), else_=Table.updated_at)
    return Table.status.not_in(_AT_WORK) & (end < func.now() - age)
