"""Tasks delivered and not acknowledged, by queue; each is fetched only once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from redis.asyncio import Redis
from stenofleet.broker import Binding, BrokerKeys, parse_binding, parse_delivery, queues_for

CHUNK = 200
OVERLAP = 5.0
"""Seconds of `unacked_index` that are read again: workers' clocks differ, and score by theirs."""


FRESH = 4.0
"""Seconds in which a heartbeat may not tell of a delivery yet: two of Celery's intervals."""


@dataclass(frozen=True)
class Taken:
    """A delivered task: where it came from, when it is due and when we first saw it.

    Times are seconds since the epoch.
    """

    exchange: str
    routing_key: str
    eta: float | None
    seen: float


@dataclass(frozen=True)
class Delivered:
    """Delivered tasks of a queue that are due, and how many of them only just came."""

    due: int = 0
    fresh: int = 0


class Deliveries:
    """What is in ``unacked``, kept up to date by reading what is new.

    Tags that are gone are dropped by a look at all tags, which happens only when the count says
    that some are gone.
    """

    def __init__(self, keys: BrokerKeys) -> None:
        self._keys = keys
        self._taken: dict[str, Taken | None] = {}
        self._newest = 0.0

    async def read(self, client: Redis, now: float) -> dict[str, Delivered]:
        """Delivered tasks that are due, by queue.

        Raises:
            redis.RedisError: Redis did not answer: nothing is known.
        """
        await self._follow(client, now)
        due = [each for each in self._taken.values() if each and (each.eta or 0.0) <= now]
        return _by_queue(due, await self._bindings(client, due), now)

    async def _follow(self, client: Redis, now: float) -> None:
        pipe = client.pipeline(transaction=False)
        pipe.zcard(self._keys.unacked_index)
        start = max(0.0, self._newest - OVERLAP)
        pipe.zrange(self._keys.unacked_index, start, "+inf", byscore=True, withscores=True)
        count, recent = await pipe.execute()
        fresh = {_text(tag) for tag, _ in recent} - self._taken.keys()
        if len(self._taken) + len(fresh) != count:
            tags = {_text(tag) for tag in await client.zrange(self._keys.unacked_index, 0, -1)}
            self._taken = {tag: old for tag, old in self._taken.items() if tag in tags}
            fresh = tags - self._taken.keys()
        await self._fetch(client, fresh, now)
        self._newest = max([self._newest, *(float(score) for _, score in recent)])

    async def _fetch(self, client: Redis, tags: Iterable[str], now: float) -> None:
        """A worker writes index and hash together; what is in the index alone is gone already."""
        for chunk in _chunks(sorted(tags)):
            values = await client.hmget(self._keys.unacked, chunk)
            self._taken |= {
                tag: _taken(raw, now) for tag, raw in zip(chunk, values, strict=True) if raw
            }

    async def _bindings(self, client: Redis, due: Sequence[Taken]) -> dict[str, list[Binding]]:
        exchanges = sorted({each.exchange for each in due if each.exchange})
        pipe = client.pipeline(transaction=False)
        for exchange in exchanges:
            pipe.smembers(self._keys.bindings(exchange))
        tables = await pipe.execute() if exchanges else []
        return {
            exchange: [binding for raw in table if (binding := parse_binding(raw))]
            for exchange, table in zip(exchanges, tables, strict=True)
        }


def _taken(raw: bytes | str, now: float) -> Taken | None:
    """None stands for an entry that is no Celery message: it is in nobody's queue."""
    delivery = parse_delivery(raw)
    if delivery is None:
        return None
    return Taken(delivery.exchange, delivery.routing_key, delivery.message.eta, now)


def _by_queue(
    due: Iterable[Taken], bindings: dict[str, list[Binding]], now: float
) -> dict[str, Delivered]:
    counts: dict[str, Delivered] = {}
    for each in due:
        for queue in queues_for(each.exchange, each.routing_key, bindings.get(each.exchange, [])):
            before = counts.get(queue, Delivered())
            fresh = before.fresh + (now - max(each.seen, each.eta or 0.0) < FRESH)
            counts[queue] = Delivered(before.due + 1, fresh)
    return counts


def _chunks(tags: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(tags)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _text(tag: Any) -> str:
    return tag.decode() if isinstance(tag, bytes) else str(tag)
