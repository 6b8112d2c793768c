"""Brings the operations that are due forward, each by one step."""

from datetime import timedelta
from typing import Final

import structlog
from celery import Celery
from stenofleet.errors import RecordingMissing, SettingsError, StorageError
from stenofleet.telemetry import bind

from stenofleet_worker.database import AWAY
from stenofleet_worker.errors import LeaseLost, RecordingError
from stenofleet_worker.google import closing, operations, polling, rules, submitting
from stenofleet_worker.google.base import Refused
from stenofleet_worker.google.operations import Held
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import completion, ownership, settling

log = structlog.get_logger(__name__)

BATCH: Final = 50
"""Operations that one run takes at most: the next run follows in seconds."""


def advance(services: Services, app: Celery) -> int:
    """Takes a step with each operation that is due, and returns with how many.

    Raises:
        OperationalError, InterfaceError: the database stayed away; the rows are due again when
            their leases have run out.
    """
    lease = timedelta(seconds=services.settings.lease_seconds)
    for taken in range(BATCH):
        if services.stopping.is_set():
            return taken
        held = services.database.run(lambda db: operations.take(db, lease))
        if held is None:
            return taken
        with bind(session_id=str(held.session_id)), ownership.renewed(services.database, held):
            _settled(services, app, held)
    return BATCH


def _settled(services: Services, app: Celery, held: Held) -> None:
    """A step, whose failure is this operation's alone."""
    try:
        _step(services, app, held)
    except LeaseLost as error:
        log.info("a step with an operation came to nothing", reason=str(error))
    except Refused as refused:
        _refused(services, app, held, refused)
    except (RecordingError, RecordingMissing, SettingsError) as error:
        log.warning("a session cannot be transcribed by Google", reason=str(error))
        _failed(services, app, held, _sentence(error))
    except StorageError as error:
        _refused(services, app, held, Refused("UNAVAILABLE", str(error)))
    except AWAY:
        raise
    except Exception:
        # The outermost loop of an operation: whatever it is, the session must come to an end.
        log.exception("a step with an operation failed")
        _failed(services, app, held, settling.DEFECT)


def _step(services: Services, app: Celery, held: Held) -> None:
    job = services.database.run(lambda db: operations.job(db, held))
    if job is None:
        closing.close(services, app, held)
    elif held.name is None:
        submitting.submit(services, app, held, job)
    elif polling.poll(services, app, held, job, held.name):
        closing.close(services, app, held, ended=True)


def _refused(services: Services, app: Celery, held: Held, refused: Refused) -> None:
    """Google failed at it: it is submitted anew later, or the session fails."""
    pause = rules.pause(refused, held.tries + 1)
    log.warning("Google refused", code=refused.code, reason=refused.message, again_in_seconds=pause)
    if pause is None:
        _failed(services, app, held, rules.sentence(refused))
        return
    try:
        services.database.run(lambda db: operations.submit_later(db, held, pause, refused.code))
    except LeaseLost as error:
        log.info("a step with an operation came to nothing", reason=str(error))


def _failed(services: Services, app: Celery, held: Held, reason: str) -> None:
    try:
        services.database.run(
            lambda db: completion.fail(db, operations.locked_session(db, held), reason)
        )
    except LeaseLost as error:
        log.info("a failure is of no interest any more", reason=str(error))
        return
    closing.close(services, app, held)


def _sentence(error: RecordingError | RecordingMissing | SettingsError) -> str:
    if isinstance(error, SettingsError):
        return "Google is not set up in this installation: whoever runs it finds more in its log."
    return settling.sentence(error)
