"""Movements on their way into the list, and the message that has them written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis import RedisError
from redis.exceptions import OutOfMemoryError
from stenofleet.contracts.tasks import PROCESS_MOVEMENT_LOGS
from stenofleet.errors import ListFull
from stenofleet.movement.way_in import WayIn

from stenofleet_api.movement.errors import QueueAway, QueueFull, QueueOutOfMemory

log = structlog.get_logger(__name__)

BROKER_AWAY: Final = (OperationalError, RedisError)
"""What publishing raises; the errors' texts may hold the broker's URL."""


@contextmanager
def redis_told() -> Iterator[None]:
    """Makes Redis' errors problems."""
    try:
        yield
    except OutOfMemoryError:
        raise QueueOutOfMemory from None
    except RedisError as error:
        log.warning("the queue of movements is away", error=type(error).__name__)
        raise QueueAway from None


class Intake:
    """Puts movements into the list and has them written."""

    def __init__(self, way_in: WayIn, celery: Celery, limit: int) -> None:
        """At most ``limit`` movements may wait."""
        self._way_in = way_in
        self._celery = celery
        self._limit = limit

    def put(self, items: Sequence[bytes]) -> int:
        """Takes all items, and returns how many wait now.

        Raises:
            QueueFull: there is no room for all of them.
            QueueOutOfMemory: Redis has no memory left.
            QueueAway: Redis does not answer.
        """
        with redis_told():
            try:
                before = self._way_in.push(items, self._limit)
            except ListFull as full:
                raise QueueFull(full) from None
        if before == 0:
            self._have_written()
        return before + len(items)

    def _have_written(self) -> None:
        """Asks for a batch; beat's kick asks again for what lies longer."""
        try:
            self._celery.send_task(PROCESS_MOVEMENT_LOGS, retry=False, ignore_result=True)
        except BROKER_AWAY as error:
            log.warning("movements wait for the next kick", error=type(error).__name__)
