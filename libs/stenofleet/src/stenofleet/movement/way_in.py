"""The way into the list: one call of Redis a request, which takes all of it or nothing."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from redis import Redis, RedisError

from stenofleet.errors import ListFull
from stenofleet.movement.keys import CHUNK, QUEUE
from stenofleet.redis_clients import asking_once
from stenofleet.settings import RedisSettings

ANSWER_SECONDS: Final = 5.0
"""Until a Redis that does not answer counts as away."""

REPLICA_MILLISECONDS: Final = 2_000
"""In which replicas say that they have a push; below ``ANSWER_SECONDS``."""

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
    """A client of the broker, where the list is; it connects when it is used."""
    # A push whose answer was lost may have been done: who sent it tries again, with its ids.
    return asking_once(settings.broker, ANSWER_SECONDS, "movements")


class TooFewReplicas(RedisError):  # noqa: N818 - reads as what it says in an except clause
    """Fewer replicas than wanted said that they hold what was pushed; a failover may lose it."""


class WayIn:
    """The list, as those see it that fill it; for threads.

    Every method raises redis.RedisError when Redis is away or refuses.
    """

    def __init__(self, client: Redis, replicas: int = 0) -> None:
        """``client`` answers with bytes; so many ``replicas`` must have what counts as pushed."""
        self._client = client
        self._replicas = replicas
        self._push: Any = client.register_script(_PUSH)
        self._sweep: Any = client.register_script(_SWEEP)

    def push(self, items: Sequence[bytes], limit: int) -> int:
        """Puts all items into the list and returns its length before.

        Raises:
            ListFull: it would become longer than ``limit``; nothing was pushed.
            redis.exceptions.OutOfMemoryError: Redis has no memory left; nothing was pushed.
            TooFewReplicas: all items were pushed, and may be lost: push them again.
        """
        (taken, before), holding = self._pushed([limit, *items])
        if not taken:
            raise ListFull(before, limit)
        if holding < self._replicas:
            raise TooFewReplicas(f"{holding} of {self._replicas} replicas hold the movements")
        return int(before)

    def _pushed(self, args: list[Any]) -> tuple[Any, int]:
        """What the script answers, and how many replicas hold what it wrote, if it matters."""
        if not self._replicas:
            return self._push(keys=[QUEUE], args=args), 0
        with self._client.pipeline(transaction=False) as pipe:
            self._push(keys=[QUEUE], args=args, client=pipe)
            # On the same connection, since it waits for what that one has written.
            pipe.wait(self._replicas, REPLICA_MILLISECONDS)
            answer, holding = pipe.execute()
        return answer, int(holding)

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
