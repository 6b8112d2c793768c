"""A look at a running operation: how far it is, or what came of it."""

from datetime import UTC, datetime, timedelta

import structlog
from celery import Celery
from sqlalchemy.orm import Session
from stenofleet.contracts.progress import Stage
from stenofleet.contracts.states import SessionState

from stenofleet_worker import results
from stenofleet_worker.errors import RecordingError
from stenofleet_worker.google import operations, pace, rules, transcript
from stenofleet_worker.google.base import Heard, Look, Refused
from stenofleet_worker.google.operations import Held, Job
from stenofleet_worker.google.submitting import MESSAGE
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import completion, progress

log = structlog.get_logger(__name__)


def poll(services: Services, app: Celery, held: Held, job: Job, name: str) -> bool:
    """Looks at an operation by its name; True when the session is completed.

    Raises:
        LeaseLost: another task holds the row, or the session ended.
        Refused: the operation failed, or can never be found.
        RecordingError: Google has not ended it for longer than it ever takes.
    """
    found = _look(services, held, name)
    if found is None:
        return False
    if found.failure is not None:
        raise found.failure
    if found.heard is None:
        _tell(services, app, held, job, found.percent)
        return False
    _complete(services, held, job, found.heard)
    return True


def _look(services: Services, held: Held, name: str) -> Look | None:
    """None when Google did not answer: that says nothing of the operation."""
    try:
        return services.google.look(name)
    except Refused as refused:
        pause = rules.pause(refused, held.misses + 1)
        if pause is None:
            raise
        log.warning("Google tells nothing of an operation", name=name, reason=str(refused))
        misses = held.misses + 1
        services.database.run(lambda db: operations.look_later(db, held, pause, misses))
        return None


def _tell(services: Services, app: Celery, held: Held, job: Job, told: float) -> None:
    if held.age > pace.GIVE_UP:
        raise RecordingError("Google has not ended the transcription within a day: try it again.")
    percent = pace.percent(told, held.elapsed, job.seconds)
    shown = services.database.run(lambda db: _write(db, held, told, percent))
    results.Reporter(app, job.job_id).progress(shown, MESSAGE)


def _write(db: Session, held: Held, told: float, percent: float) -> float:
    session = operations.locked_session(db, held)
    values = {
        "status": SessionState.PROCESSING.value,
        "stage": Stage.TRANSCRIBING.value,
        "message": MESSAGE,
        "duration_total": session.duration_seconds,
        "estimated_completion": _end(told, held.elapsed),
    }
    operations.look_later(db, held, pace.next_look(held.elapsed))
    return progress.upsert(db, session.id, session.owner_id, percent, values)


def _end(told: float, elapsed: float) -> datetime | None:
    """Only Google's own percents foretell it."""
    if told <= 0:
        return None
    return datetime.now(UTC) + timedelta(seconds=elapsed * (100 - told) / told)


def _complete(services: Services, held: Held, job: Job, heard: Heard) -> None:
    price = services.settings.google_price_per_minute
    outcome = transcript.outcome(heard, job.seconds, price, held.notes)
    services.database.run(
        lambda db: completion.complete(db, operations.locked_session(db, held), outcome)
    )
    log.info(
        "Transcription completed for session %s", job.session_id, segments=len(outcome.segments)
    )
