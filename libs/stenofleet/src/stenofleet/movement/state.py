"""What waits in Redis, and whether Redis keeps it."""

from dataclasses import dataclass
from typing import Final

from redis import Redis
from redis.exceptions import NoPermissionError, ResponseError

from stenofleet.broker.keys import BrokerKeys
from stenofleet.contracts.tasks import CORE_QUEUE, LOGS_QUEUE
from stenofleet.movement.keys import LEASES, QUEUE

KEEPING: Final = "noeviction"
"""The only policy under which a Redis that is full throws no queue away."""

_PROBE: Final = "movement_logs:probe"
"""Never exists, so that a push to what exists writes nothing there, and is refused as any push."""


@dataclass(frozen=True)
class State:
    """What waits.

    Attributes:
        queued: movements in the list.
        processing: movements that a batch took and has not written yet.
        tasks: messages on the queue of the batches.
        housekeeping: messages on the queue of the small tasks.
        policy: what Redis does when it is full; None when it does not tell.
    """

    queued: int
    processing: int
    tasks: int
    housekeeping: int
    policy: str | None

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits for a worker."""
        return not (self.queued or self.processing or self.tasks or self.housekeeping)

    @property
    def warning(self) -> str | None:
        """What is wrong with the policy; None when nothing is, or it is unknown."""
        if self.policy in {None, KEEPING}:
            return None
        return (
            f"Redis' maxmemory-policy is {self.policy}: when its memory is full, it may throw "
            f"queues away; expected {KEEPING} (CONFIG SET maxmemory-policy {KEEPING})"
        )


def look(client: Redis) -> State:
    """What waits now.

    Raises:
        redis.RedisError: Redis is away.
    """
    running = client.zrange(LEASES, 0, -1)
    lists = [QUEUE, *running], _lists(LOGS_QUEUE), _lists(CORE_QUEUE)
    counts = client.pipeline(transaction=False)
    for key in (key for keys in lists for key in keys):
        counts.llen(key)
    lengths = iter(counts.execute())
    (queued, *processing), tasks, housekeeping = ([next(lengths) for _ in keys] for keys in lists)
    return State(queued, sum(processing), sum(tasks), sum(housekeeping), eviction_policy(client))


def try_push(client: Redis) -> None:
    """Returns when Redis takes writes, and writes nothing.

    Raises:
        redis.RedisError: Redis is away, has no memory left, or is a copy.
    """
    client.rpushx(_PROBE, "")


def eviction_policy(client: Redis) -> str | None:
    """What Redis does when it is full; None when it does not tell."""
    try:
        return str(client.info("memory").get("maxmemory_policy", "")) or None
    except (NoPermissionError, ResponseError):
        return None


def _lists(queue: str) -> list[str]:
    return BrokerKeys().queue_lists(queue)
