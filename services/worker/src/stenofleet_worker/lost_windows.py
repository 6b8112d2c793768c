"""Housekeeping for windows of long recordings: what dead workers and a lost Redis leave behind."""

import uuid
from dataclasses import dataclass, field
from typing import Final

import structlog
from celery import Celery
from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session
from stenofleet import outbox
from stenofleet.contracts.headers import ATTEMPT, DELIVERY
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import Outbox, TranscriptionSession, TranscriptionWindow

from stenofleet_worker import endings, messages
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import completion, window_progress
from stenofleet_worker.transcription.ownership import OPEN

log = structlog.get_logger(__name__)

BATCH: Final = 200
"""Sessions whose windows one run of `reap` looks at."""

WINDOWS: Final = 2_000
"""Windows that one run of `restore` looks at."""

MAX_DELIVERIES: Final = 5
"""Workers that a window may cost before its session fails; see ``housekeeping.MAX_ATTEMPTS``."""

Table = TranscriptionWindow


@dataclass
class _Found:
    """What a run has found to do after its transaction."""

    rows: list[Outbox] = field(default_factory=list)
    failed: list[uuid.UUID] = field(default_factory=list)


def reap(services: Services, app: Celery) -> int:
    """Sends windows out again whose lease ran out; each time counts, and too many are the end."""
    found = _Found()
    with services.sessions.begin() as db:
        for session in db.scalars(_bereft()):
            _send_again(db, session, found)
    outbox.publish_all(services.sessions, app, [row.id for row in found.rows])
    messages.forget(
        app,
        {row.task_id: (row.headers[ATTEMPT], row.headers[DELIVERY]) for row in found.rows},
    )
    for session_id in found.failed:
        endings.tell(services, app, session_id)
    return len(found.rows) + len(found.failed)


def restore(services: Services, app: Celery) -> int:
    """Sends waiting windows out again whose message is nowhere in Redis."""
    with services.sessions() as db:
        waiting = [window.task_id for window in db.scalars(_waiting()) if window.task_id]
    if not waiting:
        return 0
    gone = messages.missing(app, waiting)
    with services.sessions.begin() as db:
        lost = _waiting().where(Table.task_id.in_(gone))
        rows = [
            outbox.add_window(db, db.get_one(TranscriptionSession, window.session_id), window).id
            for window in db.scalars(lost.with_for_update(of=Table, skip_locked=True))
        ]
    if rows:
        log.warning("messages were lost, their windows are sent out again", windows=len(rows))
    outbox.publish_all(services.sessions, app, rows)
    return len(rows)


def _current() -> ColumnElement[bool]:
    """Whether a window is to be transcribed, and by the attempt that its session is at."""
    session = TranscriptionSession
    return (
        (Table.state == OPEN)
        & (Table.session_id == session.id)
        & (Table.attempt == session.attempt)
        & (session.status == SessionState.PROCESSING.value)
    )


def _bereft() -> Select[TranscriptionSession]:
    """Sessions one of whose windows has lost its worker; locked before the windows, as by all."""
    session = TranscriptionSession
    lost = exists().where(_current(), Table.lease_expires_at < func.now()).correlate(session)
    return (
        select(session)
        .where(session.status == SessionState.PROCESSING.value, lost)
        .order_by(session.updated_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _send_again(db: Session, session: TranscriptionSession, found: _Found) -> None:
    mine = (Table.session_id == session.id) & (Table.attempt == session.attempt)
    expired = mine & (Table.state == OPEN) & (Table.lease_expires_at < func.now())
    for window in db.scalars(select(Table).where(expired).order_by(Table.index).with_for_update()):
        if window.deliveries >= MAX_DELIVERIES:
            _give_up(db, session, window)
            found.failed.append(session.id)
            return
        _free(window)
        db.flush()
        found.rows.append(outbox.add_window(db, session, window))


def _free(window: TranscriptionWindow) -> None:
    window.deliveries += 1
    window.lease_owner = window.lease_expires_at = None
    window.result = {**window.result, window_progress.PROCESSED: 0.0}
    log.warning(
        "a window's worker was lost, it is sent out again",
        session_id=str(window.session_id),
        window=window.index,
        delivery=window.deliveries,
    )


def _give_up(db: Session, session: TranscriptionSession, window: TranscriptionWindow) -> None:
    reason = (
        f"The transcription was given up: {MAX_DELIVERIES} workers were lost on the part from "
        f"{window.start_seconds:.0f} s to {window.end_seconds:.0f} s."
    )
    completion.fail(db, session, reason)
    log.error("a session is given up", session_id=str(session.id), window=window.index)


def _waiting() -> Select[TranscriptionWindow]:
    return (
        select(Table)
        .join(TranscriptionSession, _current())
        .where(
            Table.lease_owner.is_(None),
            Table.updated_at < func.now() - messages.RESTORE_AFTER,
            ~messages.on_its_way(
                Outbox.session_id == Table.session_id, Outbox.window_index == Table.index
            ),
        )
        .order_by(Table.updated_at)
        .limit(WINDOWS)
    )
