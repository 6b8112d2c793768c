"""How often a key may be used, counted in Redis over all replicas of the API."""

import math
import time
from typing import Final

import structlog
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from stenofleet.redis_address import Address
from stenofleet.redis_clients import asking_once

from stenofleet_api import metrics
from stenofleet_api.auth.caller import Caller
from stenofleet_api.auth.errors import RateLimited

log = structlog.get_logger(__name__)

PREFIX: Final = "stenofleet:rate"
ANSWER_SECONDS: Final = 0.5
"""A request must not wait long for a count."""
PAUSE_SECONDS: Final = 5.0
"""For how long a Redis that did not answer is not asked again."""


class RateLimit:
    """Counts a caller's requests of the last minute; for threads.

    Without Redis nobody is limited: refusing everybody would be worse, and the metric tells it.
    """

    def __init__(self, broker: Address, per_minute: int) -> None:
        """Counts in the Redis at ``broker``; ``per_minute`` is for keys without an own rate."""
        self._per_minute = per_minute
        self._limiter = _limiter(broker)
        self._silent_until = 0.0

    def admit(self, caller: Caller) -> None:
        """Counts a request.

        Raises:
            RateLimited: there were too many.
        """
        if caller.key_id is None:
            return
        if time.monotonic() < self._silent_until:
            metrics.UNLIMITED.inc()
            return
        try:
            self._count(caller)
        except StorageError:
            # The text of the error may hold an address with a password.
            log.warning("Redis is away: no key's rate is limited for a moment")
            self._silent_until = time.monotonic() + PAUSE_SECONDS
            metrics.UNLIMITED.inc()

    def _count(self, caller: Caller) -> None:
        limit = RateLimitItemPerMinute(caller.rate_per_minute or self._per_minute)
        if self._limiter.hit(limit, str(caller.key_id)):
            return
        opens = self._limiter.get_window_stats(limit, str(caller.key_id)).reset_time
        raise RateLimited(limit.amount, max(1, math.ceil(opens - time.time())))


def _limiter(broker: Address) -> SlidingWindowCounterRateLimiter:
    pool = asking_once(broker, ANSWER_SECONDS, "rate").connection_pool
    # The pool knows the address; to the storage its URL only says which server it is.
    storage = RedisStorage(
        "redis://", connection_pool=pool, key_prefix=PREFIX, wrap_exceptions=True
    )
    return SlidingWindowCounterRateLimiter(storage)
