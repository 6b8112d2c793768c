"""Leaves a session, or a window of it, in the state that fits how its run ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session
from stenofleet.errors import RecordingMissing, StorageError

from stenofleet_worker.database import AWAY
from stenofleet_worker.errors import Interrupted, LeaseLost, RecordingError
from stenofleet_worker.services import Services

log = structlog.get_logger(__name__)

TRANSIENT = (StorageError, *AWAY)
"""What may be over when the next attempt comes."""

DEFECT = "The transcription failed by an error of the service; its log tells more."
"""What the session's user reads of an error of ours."""


@dataclass(frozen=True)
class Exits:
    """The ways out of a run that comes to no good end; each is one transaction.

    Attributes:
        give_back: the worker stops, and the message goes to another.
        expire: whatever was away may be there when housekeeping sends the next message.
        fail: the session ends, with a sentence for its user.
    """

    give_back: Callable[[Session], None]
    expire: Callable[[Session], None]
    fail: Callable[[Session, str], None]


@contextmanager
def settled(services: Services, exits: Exits) -> Iterator[None]:
    """Takes the exit that fits what is raised, and raises it again."""
    try:
        yield
    except LeaseLost:
        raise
    except Interrupted:
        _try_once(services, exits.give_back)
        raise
    except (RecordingError, RecordingMissing) as error:
        reason = sentence(error)
        services.database.run(lambda db: exits.fail(db, reason))
        raise
    except TRANSIENT:
        log.warning("the attempt is given up, the next one follows", exc_info=True)
        _try_once(services, exits.expire)
        raise
    except Exception:
        # The outermost loop of a run: whatever it is, the session must not stay open for ever.
        services.database.run(lambda db: exits.fail(db, DEFECT))
        raise


def _try_once(services: Services, settle: Callable[[Session], None]) -> None:
    """For what only saves time: without it the lease runs out by itself."""
    try:
        services.database.once(settle)
    except (LeaseLost, *AWAY):
        log.warning("the lease is left to run out", exc_info=True)


def sentence(error: RecordingError | RecordingMissing) -> str:
    """What the session's user reads of what is wrong with the recording."""
    if isinstance(error, RecordingMissing):
        return "The recording is not there any more: upload it again."
    return str(error)


def stop_if_asked(services: Services, *, lost: bool, what: str) -> None:
    """Returns while a run may go on.

    Raises:
        LeaseLost: ``what`` is another's by now, or was cancelled.
        Interrupted: the worker is stopping.
    """
    if lost:
        raise LeaseLost(f"{what} was taken over or cancelled")
    if services.stopping.is_set():
        raise Interrupted("the worker is stopping")
