"""Gives orphaned deliveries back to their queues, as kombu does with what it restores."""

import json
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from redis import RedisError, WatchError
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from stenofleet.broker import BrokerKeys, parse_binding, parse_delivery, queues_for

from stenofleet_autoscaler.act.errors import NoReply
from stenofleet_autoscaler.guards.delivered import Delivered

TRIES = 5
"""Transactions for one delivery: on a busy broker others change `unacked` in between."""


@dataclass(frozen=True)
class GivenBack:
    """What became of the orphans.

    Attributes:
        queues: how many went back, by queue.
        left: how many were left alone: gone meanwhile, delivered anew, or not readable.
    """

    queues: Mapping[str, int]
    left: int = 0

    @property
    def count(self) -> int:
        """How many went back."""
        return sum(self.queues.values())

    @property
    def note(self) -> str:
        """The same in words, for an event."""
        parts = [f"{count} to queue {queue}" for queue, count in sorted(self.queues.items())]
        return f"gave back tasks whose worker is gone: {', '.join(parts)}"


async def give_back(client: Redis, keys: BrokerKeys, orphans: Iterable[Delivered]) -> GivenBack:
    """Gives each of them back, unless it is no longer the delivery that was seen.

    The newest goes first, so that the oldest is delivered next.

    Raises:
        NoReply: Redis did not answer; what it did not do is done the next time.
    """
    newest_first = sorted(orphans, key=lambda each: each.delivered_at, reverse=True)
    try:
        results = [await _give_back(client, keys, each) for each in newest_first]
    except (RedisError, OSError, TimeoutError):
        raise NoReply("no connection to give back what was delivered") from None
    return GivenBack(Counter(queue for queue in results if queue), results.count(None))


async def _give_back(client: Redis, keys: BrokerKeys, orphan: Delivered) -> str | None:
    """The queue that it went to; None when it was left alone."""
    for _ in range(TRIES):
        async with client.pipeline(transaction=True) as pipe:
            try:
                return await _transaction(pipe, keys, orphan)
            except WatchError:
                continue
    return None


async def _transaction(pipe: Pipeline, keys: BrokerKeys, orphan: Delivered) -> str | None:
    await pipe.watch(keys.unacked_index, keys.unacked)
    # A tag that was delivered anew has another score: then somebody works on it.
    if await pipe.zscore(keys.unacked_index, orphan.tag) != orphan.delivered_at:
        return None
    raw = await pipe.hget(keys.unacked, orphan.tag)
    queue = await _queue(pipe, keys, raw) if raw else None
    if raw is None or queue is None or queue not in orphan.queues:
        return None
    message = json.loads(raw)[0]
    pipe.multi()  # type: ignore[no-untyped-call]  # redis-py gives it no types
    pipe.zrem(keys.unacked_index, orphan.tag)
    pipe.hdel(keys.unacked, orphan.tag)
    pipe.rpush(priority_list(keys, queue, message), json.dumps(redelivered(message)))
    await pipe.execute()
    return queue


async def _queue(pipe: Pipeline, keys: BrokerKeys, raw: bytes | str) -> str | None:
    """The one queue that the message belongs to; None when that cannot be told."""
    delivery = parse_delivery(raw)
    if delivery is None:
        return None
    members = await pipe.smembers(keys.bindings(delivery.exchange)) if delivery.exchange else ()
    bindings = [binding for member in members if (binding := parse_binding(member))]
    queues = queues_for(delivery.exchange, delivery.routing_key, bindings)
    return queues[0] if len(queues) == 1 else None


def redelivered(message: dict[str, Any]) -> dict[str, Any]:
    """The message with the marks that ``Channel._do_restore_message`` of kombu 5.7 sets."""
    headers = message["headers"] | {"redelivered": True}
    properties = message["properties"]
    if isinstance(properties.get("delivery_info"), dict):
        info = properties["delivery_info"] | {"redelivered": True}
        properties = properties | {"delivery_info": info}
    return message | {"headers": headers, "properties": properties}


def priority_list(keys: BrokerKeys, queue: str, message: Mapping[str, Any]) -> str:
    """Where kombu 5.7 puts it: ``_get_message_priority`` (0 to 9), then the step below."""
    try:
        priority = max(0, min(9, int(message["properties"]["priority"])))
    except (TypeError, ValueError, KeyError):
        priority = 0
    steps = keys.priority_steps
    return keys.queue_list(queue, steps[bisect(steps, priority) - 1])
