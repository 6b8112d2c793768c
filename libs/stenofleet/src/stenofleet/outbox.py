"""Messages that leave after the transaction that decided them (extras: celery, db).

A row is written with the change that asks for the message, and published after the commit. Who
dies in between leaves the row, and housekeeping publishes it: a message may go out twice, and the
session's fencing number makes the second one harmless.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, sessionmaker

from stenofleet.contracts.headers import ATTEMPT, DELIVERY, WORK_SECONDS
from stenofleet.contracts.tasks import TRANSCRIBE_AUDIO, TRANSCRIBE_WINDOW, WINDOW_SECONDS
from stenofleet.db.models import Outbox, TranscriptionSession, TranscriptionWindow
from stenofleet.telemetry import tracing

log = structlog.get_logger(__name__)

BATCH = 500
"""Rows that one call publishes at most."""

READING = 0.01
"""What it takes to find the windows of a long recording, as a part of transcribing it."""


def add_transcription(db: Session, session: TranscriptionSession) -> Outbox:
    """Writes the message that asks for ``session``'s transcript, in the caller's transaction.

    The session must have its recording and ``transcription_job_id``.
    """
    row = Outbox(
        session_id=session.id,
        task_id=session.transcription_job_id,
        task_name=TRANSCRIBE_AUDIO,
        args=[str(session.id), session.audio_uri, session.language, session.audio_filename],
        headers={
            ATTEMPT: session.attempt,
            WORK_SECONDS: _work(session),
            **tracing.carrier(),
        },
        priority=session.priority,
    )
    db.add(row)
    db.flush()
    return row


def add_window(db: Session, session: TranscriptionSession, window: TranscriptionWindow) -> Outbox:
    """Writes the message that asks for a window of ``session``, in the caller's transaction.

    The window must have its ``task_id``, and ``deliveries`` must count this message already.
    """
    row = Outbox(
        session_id=session.id,
        window_index=window.index,
        task_id=window.task_id,
        task_name=TRANSCRIBE_WINDOW,
        args=[str(session.id), window.index],
        headers={
            ATTEMPT: window.attempt,
            DELIVERY: window.deliveries,
            WORK_SECONDS: window.end_seconds - window.start_seconds,
            **tracing.carrier(),
        },
        priority=session.priority,
    )
    db.add(row)
    db.flush()
    return row


def _work(session: TranscriptionSession) -> float | None:
    seconds = session.duration_seconds
    if seconds is None or seconds <= WINDOW_SECONDS:
        return seconds
    return seconds * READING


def publish(sessions: sessionmaker[Session], app: Celery, row_id: int) -> bool:
    """Publishes one row after its commit; False when the broker is away (the row stays)."""
    return publish_all(sessions, app, [row_id]) == 1


def publish_all(sessions: sessionmaker[Session], app: Celery, row_ids: Collection[int]) -> int:
    """Publishes rows after their commit; fewer than all when the broker is away (they stay)."""
    return _publish(sessions, app, _unpublished().where(Outbox.id.in_(row_ids)))


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
            # A window's result is its row's; what is told of the job is stored by its last one.
            headers={**row.headers, "ignore_result": row.window_index is not None},
            priority=row.priority,
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
