"""The way out of the list: each step is one call of Redis, done in full or not at all.

A batch lies in a list of its own from the moment it is taken until it is written, under a lease
that says until when nobody may give it back. The clock is Redis' own, so that no two differ.
"""

from collections.abc import Collection
from typing import Any, Final

from redis import Redis
from stenofleet.movement.keys import CHUNK, LEASES, QUEUE

GIVEN_BACK: Final = 10
"""Batches that one call gives back, so that others are not kept from Redis for long."""

# A Redis without memory refuses what may need some, and it is this that makes room again.
_FLAGS: Final = "#!lua flags=allow-oom\n"

_TAKE: Final = f"""{_FLAGS}
local list, leases, batch = unpack(KEYS)
local count, seconds = ARGV[1], ARGV[2]
local items = redis.call('LRANGE', batch, 0, -1)
if #items == 0 then
  items = redis.call('LPOP', list, count)
  if not items then return {{}} end
  for first = 1, #items, {CHUNK} do
    redis.call('RPUSH', batch, unpack(items, first, math.min(first + {CHUNK - 1}, #items)))
  end
end
redis.call('ZADD', leases, redis.call('TIME')[1] + seconds, batch)
return items
"""
"""A call that is tried again because its answer was lost finds the batch it took."""

_RENEW: Final = f"""{_FLAGS}
local ends = redis.call('TIME')[1] + ARGV[1]
for number = 2, #ARGV do
  redis.call('ZADD', KEYS[1], 'XX', ends, ARGV[number])
end
"""

# No MULTI, which a Redis without memory refuses too.
_RELEASE: Final = f"""{_FLAGS}
redis.call('UNLINK', KEYS[2])
redis.call('ZREM', KEYS[1], KEYS[2])
"""

_GIVE_BACK: Final = f"""{_FLAGS}
local list, leases = unpack(KEYS)
local now = redis.call('TIME')[1]
local batches = redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, ARGV[1])
local items = 0
for number = #batches, 1, -1 do
  local length = redis.call('LLEN', batches[number])
  for _ = 1, length do
    redis.call('LMOVE', batches[number], list, 'RIGHT', 'LEFT')
  end
  redis.call('ZREM', leases, batches[number])
  items = items + length
end
return {{#batches, items}}
"""
"""What was taken first comes to stand first again."""


class WayOut:
    """The list, as those see it that empty it; for threads.

    Every method raises redis.RedisError when Redis is away or refuses.
    """

    def __init__(self, client: Redis, lease_seconds: int) -> None:
        """``client`` answers with bytes; a lease ends after ``lease_seconds`` unless renewed."""
        self._client = client
        self._seconds = lease_seconds
        self._take: Any = client.register_script(_TAKE)
        self._renew: Any = client.register_script(_RENEW)
        self._release: Any = client.register_script(_RELEASE)
        self._give_back: Any = client.register_script(_GIVE_BACK)

    def length(self) -> int:
        """How many items wait, those in leased batches not among them."""
        return int(self._client.llen(QUEUE))

    def take(self, batch: str, count: int) -> list[bytes]:
        """Moves up to ``count`` items into the list ``batch``, and returns what is in it."""
        taken: list[bytes] = self._take(keys=[QUEUE, LEASES, batch], args=[count, self._seconds])
        return taken

    def renew(self, batches: Collection[str]) -> None:
        """Lets the leases of these batches end later; one that was given back has none."""
        self._renew(keys=[LEASES], args=[self._seconds, *batches])

    def release(self, batch: str) -> None:
        """Forgets a batch that is written."""
        self._release(keys=[LEASES, batch])

    def end_leases(self, batches: Collection[str]) -> None:
        """Lets the next `give_back` have these batches, in the order in which they were taken."""
        if batches:
            self._client.zadd(LEASES, {each: at for at, each in enumerate(batches)}, xx=True)

    def give_back(self) -> int:
        """Puts what is in batches whose lease has ended back at the head of the list.

        Returns:
            How many items that were.
        """
        given, batches = 0, GIVEN_BACK
        while batches == GIVEN_BACK:
            batches, items = self._give_back(keys=[QUEUE, LEASES], args=[GIVEN_BACK])
            given += int(items)
        return given
