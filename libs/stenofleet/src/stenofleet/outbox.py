"""Messages that leave after the transaction that decided them (extras: celery, db).

A row is written with the change that asks for the message, and published after the commit. Who
dies in between leaves the row, and housekeeping publishes it: a message may go out twice, and the
session's fencing number makes the second one harmless.
"""

from datetime import UTC, datetime, timedelta

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, sessionmaker

from stenofleet.contracts.headers import ATTEMPT, WORK_SECONDS
from stenofleet.contracts.tasks import TRANSCRIBE_AUDIO
from stenofleet.db.models import Outbox, TranscriptionSession

log = structlog.get_logger(__name__)

BATCH = 500
"""Rows that one call publishes at most."""


def add_transcription(db: Session, session: TranscriptionSession) -> Outbox:
    """Writes the message that asks for ``session``'s transcript, in the caller's transaction.

    The session must have its recording and ``transcription_job_id``.
    """
    row = Outbox(
        session_id=session.id,
        task_id=session.transcription_job_id,
        task_name=TRANSCRIBE_AUDIO,
        args=[str(session.id), session.audio_uri, session.language, session.audio_filename],
        headers={ATTEMPT: session.attempt, WORK_SECONDS: session.duration_seconds},
    )
    db.add(row)
    db.flush()
    return row


def publish(sessions: sessionmaker[Session], app: Celery, row_id: int) -> bool:
    """Publishes one row after its commit; False when the broker is away (the row stays)."""
    return _publish(sessions, app, _unpublished().where(Outbox.id == row_id)) == 1


def publish_due(sessions: sessionmaker[Session], app: Celery, after_seconds: float) -> int:
    """Publishes the rows that are older than ``after_seconds`` and returns how many went out."""
    limit = datetime.now(UTC) - timedelta(seconds=after_seconds)
    return _publish(sessions, app, _unpublished().where(Outbox.created_at < limit).limit(BATCH))


def _unpublished() -> Select[Outbox]:
    return (
        select(Outbox)
        .where(Outbox.published_at.is_(None))
        .order_by(Outbox.id)
        .with_for_update(skip_locked=True)
    )


def _publish(sessions: sessionmaker[Session], app: Celery, rows: Select[Outbox]) -> int:
    sent = 0
    with sessions.begin() as db:
        for row in db.scalars(rows):
            if not _send(app, row):
                break
            row.published_at = datetime.now(UTC)
            sent += 1
    return sent


def _send(app: Celery, row: Outbox) -> bool:
    # To Celery's client the result is ignored, or it would subscribe to it for as long as this
    # process lives and wait long for a backend that is away; the header has the worker keep it.
    try:
        app.send_task(
            row.task_name,
            args=row.args,
            task_id=row.task_id,
            headers={**row.headers, "ignore_result": False},
            retry=False,
            ignore_result=True,
        )
    except OperationalError:
        # The text of the error may hold the broker's URL.
        log.warning(
            "the broker is away, the message stays in the outbox", session_id=row.session_id
        )
        return False
    return True
