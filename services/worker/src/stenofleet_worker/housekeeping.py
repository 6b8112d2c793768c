"""Puts right what dead workers and a lost Redis leave behind; each run may meet another.

Rows are locked with SKIP LOCKED, so that two runs at once share the work instead of doing it
twice, and each run takes a bounded number: the next one follows in seconds.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog
from celery import Celery
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError
from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session
from stenofleet import outbox
from stenofleet.contracts.headers import ATTEMPT
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import Outbox, TranscriptionSession, TranscriptionWindow
from stenofleet.jobs import GOOGLE

from stenofleet_worker import messages, results
from stenofleet_worker.database import AWAY
from stenofleet_worker.errors import WorkerError
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import completion, ownership, progress

log = structlog.get_logger(__name__)

BATCH: Final = 200
"""Sessions that one run looks at."""

MAX_ATTEMPTS: Final = 5
"""Attempts of one job before it fails: a recording that kills its worker must not go on for ever,
and a cluster that loses a worker now and then must not fail a session."""

KEEP_PUBLISHED: Final = timedelta(days=7)
"""How long published rows of the outbox stay, to see what happened; they count attempts too."""

ELSEWHERE: Final = GOOGLE
"""The provider whose sessions no worker holds: `transcription_operation` drives them."""

Table = TranscriptionSession


def survive(chore: Callable[[], int]) -> int:
    """Runs a chore; with Redis or the database away it says so, and the next run goes on."""
    try:
        return chore()
    except (*AWAY, RedisError, BrokerError) as error:
        # The text of the error may hold an address with a password.
        log.warning("housekeeping left for the next run", reason=type(error).__name__)
        return 0


def publish_outbox(services: Services, app: Celery) -> int:
    """Publishes what waits longer than a publisher needs, and forgets what went out long ago."""
    sent = outbox.publish_due(services.sessions, app, services.settings.outbox_confirm_seconds)
    with services.sessions.begin() as db:
        old = select(Outbox.id).where(Outbox.published_at < func.now() - KEEP_PUBLISHED)
        chosen = old.order_by(Outbox.id).limit(outbox.BATCH).with_for_update(skip_locked=True)
        db.execute(delete(Outbox).where(Outbox.id.in_(chosen)))
    return sent


def reap_leases(services: Services, app: Celery) -> int:
    """Sends sessions out again whose lease ran out, with a number that fences the old run off."""
    with services.sessions.begin() as db:
        lost = list(db.scalars(_abandoned(services.settings.lease_seconds)))
        rows = [row for each in lost if (row := _next_attempt(db, app, each)) is not None]
    outbox.publish_all(services.sessions, app, [row.id for row in rows])
    messages.forget(app, {row.task_id: (row.headers[ATTEMPT], 0) for row in rows})
    return len(lost)


def restore_pending(services: Services, app: Celery) -> int:
    """Sends pending sessions out again whose message is nowhere in Redis."""
    with services.sessions() as db:
        waiting = {each.transcription_job_id: each.id for each in db.scalars(_waiting())}
    if not waiting:
        return 0
    missing = messages.missing(app, [job for job in waiting if job])
    with services.sessions.begin() as db:
        chosen = _waiting().where(Table.transcription_job_id.in_(missing))
        lost = list(db.scalars(chosen.with_for_update(skip_locked=True)))
        rows = [outbox.add_transcription(db, each) for each in lost]
    if rows:
        log.warning("messages were lost, their sessions are sent out again", sessions=len(rows))
    outbox.publish_all(services.sessions, app, [row.id for row in rows])
    return len(rows)


def _abandoned(lease_seconds: int) -> Select[TranscriptionSession]:
    lease = timedelta(seconds=lease_seconds)
    return (
        select(Table)
        .where(
            Table.status == SessionState.PROCESSING.value,
            Table.provider != ELSEWHERE,
            # Its windows have leases of their own.
            ~ownership.spread(),
            or_(
                Table.lease_expires_at < func.now(),
                Table.lease_expires_at.is_(None) & (Table.updated_at < func.now() - lease),
            ),
        )
        .order_by(Table.updated_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _next_attempt(db: Session, app: Celery, session: TranscriptionSession) -> Outbox | None:
    session.lease_owner = None
    session.lease_expires_at = None
    if _attempts(db, session) >= MAX_ATTEMPTS:
        _give_up(db, app, session)
        return None
    _take_along(db, session)
    session.attempt += 1
    session.status = SessionState.PENDING.value
    _tell(db, session, "Waiting for another worker: the last one was lost")
    log.warning(
        "a session's worker was lost, its next attempt starts",
        session_id=str(session.id),
        attempt=session.attempt,
    )
    return outbox.add_transcription(db, session)


def _take_along(db: Session, session: TranscriptionSession) -> None:
    """Finished windows serve the next attempt: only their gathering was cut off."""
    window = TranscriptionWindow
    mine = (window.session_id == session.id) & (window.attempt == session.attempt)
    db.execute(update(window).where(mine).values(attempt=session.attempt + 1))


def _attempts(db: Session, session: TranscriptionSession) -> int:
    """How many attempts the session's job has had: each has at least one row in the outbox."""
    number = Outbox.headers[ATTEMPT].astext
    mine = (Outbox.session_id == session.id) & (Outbox.task_id == session.transcription_job_id)
    return db.scalar(select(func.count(number.distinct())).where(mine)) or 0


def _give_up(db: Session, app: Celery, session: TranscriptionSession) -> None:
    reason = f"The transcription was given up: its worker was lost {MAX_ATTEMPTS} times."
    completion.fail(db, session, reason)
    if session.transcription_job_id:
        results.store_failure(app, session.transcription_job_id, WorkerError(reason))
    log.error("a session is given up", session_id=str(session.id))


def _tell(db: Session, session: TranscriptionSession, message: str) -> None:
    values = {"status": session.status, "message": message, "estimated_completion": None}
    progress.upsert(db, session.id, session.owner_id, 0.0, values)


def _waiting() -> Select[TranscriptionSession]:
    return (
        select(Table)
        .where(
            Table.status == SessionState.PENDING.value,
            Table.provider != ELSEWHERE,
            Table.transcription_job_id.is_not(None),
            Table.updated_at < func.now() - messages.RESTORE_AFTER,
            ~messages.on_its_way(Outbox.session_id == Table.id),
        )
        .order_by(Table.updated_at)
        .limit(BATCH)
    )
