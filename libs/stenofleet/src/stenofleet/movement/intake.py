"""Movements put into the list, and the message that has them written (extra: celery)."""

from collections.abc import Sequence
from typing import Final

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis import RedisError

from stenofleet.contracts.tasks import PROCESS_MOVEMENT_LOGS
from stenofleet.movement.way_in import WayIn

log = structlog.get_logger(__name__)

BROKER_AWAY: Final = (OperationalError, RedisError)
"""What publishing raises; the errors' texts may hold the broker's URL."""


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
            ListFull: there is no room for all of them; none was taken.
            redis.RedisError: Redis is away or has no memory left.
        """
        before = self._way_in.push(items, self._limit)
        if before == 0:
            self._have_written()
        return before + len(items)

    def _have_written(self) -> None:
        """Asks for a batch; beat's kick asks again for what lies longer."""
        try:
            self._celery.send_task(PROCESS_MOVEMENT_LOGS, retry=False, ignore_result=True)
        except BROKER_AWAY as error:
            log.warning("movements wait for the next kick", error=type(error).__name__)
