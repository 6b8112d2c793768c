"""The first step with an operation: Google is asked, and the operation's name is kept."""

import structlog
from celery import Celery
from sqlalchemy.orm import Session
from stenofleet.contracts.progress import Stage
from stenofleet.contracts.states import SessionState

from stenofleet_worker import results
from stenofleet_worker.errors import LeaseLost
from stenofleet_worker.google import models, operations, pace
from stenofleet_worker.google.base import Abilities, Plan, Refused
from stenofleet_worker.google.operations import Held, Job
from stenofleet_worker.google.staging import READABLE
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import progress

log = structlog.get_logger(__name__)

MESSAGE = "Google is transcribing"


def submit(services: Services, app: Celery, held: Held, job: Job) -> None:
    """Submits a recording, which lies at gs:// afterwards.

    A worker that is killed before the name is kept leaves the row as it was: it is submitted
    again, and one operation at Google is lost, but no session.

    Raises:
        LeaseLost: another task holds the row, or the session ended; nothing runs at Google.
        Refused: Google does not want it.
        RecordingError, RecordingMissing: the recording cannot be transcribed.
        StorageError: it could not be copied.
        SettingsError: Google is not set up.
    """
    settings = services.settings
    plan = models.choose(
        settings.google_model, job.language, job.seconds, job.options, _abilities(services)
    )
    uri = _readable(services, held, job)
    name = services.google.submit(uri, plan, job.options)
    _keep(services, held, name, plan)
    services.database.run(lambda db: _started(db, held))
    results.Reporter(app, job.job_id).started(0.0)
    log.info("Google transcribes session %s", job.session_id, operation=name, model=plan.model)


def _abilities(services: Services) -> Abilities:
    """Nothing when the location does not tell, as to credentials that may not ask."""
    try:
        return services.google.abilities()
    except Refused as refused:
        log.warning("the location does not tell what it can do", reason=str(refused))
        return {}


def _readable(services: Services, held: Held, job: Job) -> str:
    if job.uri.startswith(READABLE):
        return job.uri
    staging = services.staging
    staged = staging.place(job.session_id, held.attempt, job.uri)
    services.database.run(lambda db: operations.note_staged(db, held, staged))
    staging.copy(job.uri, staged)
    return staged


def _keep(services: Services, held: Held, name: str, plan: Plan) -> None:
    notes = {
        "operation": name,
        "model": plan.model,
        "location": services.settings.google_location,
        "word_times": plan.word_times,
        "diarize": plan.diarize,
    }
    try:
        services.database.run(lambda db: operations.note_name(db, held, name, notes))
    except LeaseLost:
        _stop(services, name)
        raise


def _stop(services: Services, name: str) -> None:
    """Nobody will ever ask for it: it would only cost money."""
    try:
        services.google.cancel(name)
    except Refused as refused:
        log.warning("an operation nobody waits for goes on", name=name, reason=str(refused))


def _started(db: Session, held: Held) -> None:
    session = operations.locked_session(db, held)
    session.status = SessionState.PROCESSING.value
    session.error_message = None
    values = {
        "status": session.status,
        "stage": Stage.TRANSCRIBING.value,
        "message": MESSAGE,
        "duration_total": session.duration_seconds,
    }
    progress.upsert(db, session.id, session.owner_id, 0.0, values)
    operations.look_later(db, held, pace.next_look(0.0))
