"""The way into the list: one call of Redis a request, which takes all of it or nothing."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from redis import Redis

from stenofleet.errors import ListFull, SettingsError
from stenofleet.movement.keys import CHUNK, QUEUE
from stenofleet.redis_clients import asking_once, is_direct
from stenofleet.settings import RedisSettings

ANSWER_SECONDS: Final = 5.0
"""Until a Redis that does not answer counts as away."""

SWEPT: Final = 1_000
"""Items that are looked at in one call, so that others are not kept from Redis for long."""

_PUSH: Final = f"""
local before = redis.call('LLEN', KEYS[1])
if before + #ARGV - 1 > tonumber(ARGV[1]) then return {{0, before}} end
for first = 2, #ARGV, {CHUNK} do
  redis.call('RPUSH', KEYS[1], unpack(ARGV, first, math.min(first + {CHUNK - 1}, #ARGV)))
end
return {{1, before}}
"""
"""Out of memory, Redis refuses a script's first write and none after it: nothing is half-pushed."""

_SWEEP: Final = """
local items = redis.call('LPOP', KEYS[1], ARGV[1])
if not items then return {0, 0} end
local removed = 0
for _, item in ipairs(items) do
  local mine = string.find(item, ARGV[2], 1, true)
  if mine or (ARGV[3] == '1' and not string.find(item, '"owner_id":', 1, true)) then
    removed = removed + 1
  else
    redis.call('RPUSH', KEYS[1], item)
  end
end
return {#items, removed}
"""


def connect(settings: RedisSettings) -> Redis:
    """A client of the broker, where the list is; it connects when it is used.

    Raises:
        SettingsError: the broker is behind Sentinels.
    """
    if not is_direct(settings.broker):
        raise SettingsError("movements cannot be taken through sentinel://, expected redis://")
    # A push whose answer was lost may have been done: who sent it tries again, with its ids.
    return asking_once(settings.broker, ANSWER_SECONDS, "movements")


class WayIn:
    """The list, as those see it that fill it; for threads.

    Every method raises redis.RedisError when Redis is away or refuses.
    """

    def __init__(self, client: Redis) -> None:
        """``client`` answers with bytes."""
        self._client = client
        self._push: Any = client.register_script(_PUSH)
        self._sweep: Any = client.register_script(_SWEEP)

    def push(self, items: Sequence[bytes], limit: int) -> int:
        """Puts all items into the list and returns its length before.

        Raises:
            ListFull: it would become longer than ``limit``; nothing was pushed.
            redis.exceptions.OutOfMemoryError: Redis has no memory left; nothing was pushed.
        """
        taken, before = self._push(keys=[QUEUE], args=[limit, *items])
        if not taken:
            raise ListFull(before, limit)
        return int(before)

    def length(self) -> int:
        """How many items wait, everybody's."""
        return int(self._client.llen(QUEUE))

    def clear(self, owner: str, *, nobodys: bool = False) -> int:
        """Removes the owner's items that wait and returns how many; others' stay.

        What comes meanwhile may stay. Kept items go to the end: their order has no meaning.

        Args:
            owner: whose.
            nobodys: also what bears no owner, written by other programs.
        """
        fragment = b'"owner_id":' + msgspec.json.encode(owner)
        left, removed = self.length(), 0
        while left > 0:
            seen, gone = self._sweep(keys=[QUEUE], args=[SWEPT, fragment, int(nobodys)])
            if not seen:
                break
            left, removed = left - int(seen), removed + int(gone)
        return removed
