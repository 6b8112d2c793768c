"""The last step with an operation whose session needs it no more; it can be taken twice."""

import structlog
from celery import Celery
from stenofleet.errors import SettingsError, StorageError

from stenofleet_worker import endings
from stenofleet_worker.errors import LeaseLost
from stenofleet_worker.google import operations, rules
from stenofleet_worker.google.base import Refused
from stenofleet_worker.google.operations import Held
from stenofleet_worker.services import Services

log = structlog.get_logger(__name__)

AGAIN = 300.0
"""Seconds until a copy that could not be removed is removed."""


def close(services: Services, app: Celery, held: Held, *, ended: bool = False) -> None:
    """Stops what runs at Google, removes the copy, tells the job's result, removes the row.

    Args:
        services: what the process shares.
        app: whose result store is told.
        held: the row.
        ended: whether Google is known to have finished.
    """
    try:
        name, staged = services.database.run(lambda db: operations.traces(db, held))
        if name is not None and not ended and not _stopped(services, held, name):
            return
        # Before the copy, which a store that is away may keep for long.
        if held.session_id is not None:
            endings.tell(services, app, held.session_id)
        if staged is None or _removed(services, held, staged):
            services.database.run(lambda db: operations.remove(db, held))
    except LeaseLost as error:
        log.info("another task closes an operation", reason=str(error))


def _stopped(services: Services, held: Held, name: str) -> bool:
    """False when Google is to be asked again."""
    try:
        services.google.cancel(name)
    except Refused as refused:
        pause = rules.pause(refused, held.misses + 1)
        log.warning("Google did not stop", name=name, reason=str(refused), again_in_seconds=pause)
        if pause is not None:
            _later(services, held, pause)
            return False
    except SettingsError as error:
        log.warning("nobody can stop an operation", name=name, reason=str(error))
    return True


def _removed(services: Services, held: Held, staged: str) -> bool:
    try:
        services.staging.remove(staged)
    except StorageError as error:
        log.warning("a copy is not removed yet", uri=staged, reason=str(error))
        _later(services, held, AGAIN)
        return False
    except SettingsError as error:
        log.warning("nobody can remove a copy", uri=staged, reason=str(error))
    return True


def _later(services: Services, held: Held, seconds: float) -> None:
    misses = held.misses + 1
    services.database.run(lambda db: operations.look_later(db, held, seconds, misses))
