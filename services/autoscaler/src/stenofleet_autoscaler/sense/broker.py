"""One Redis and what was last seen of it, shared by the pools that name it."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

from redis import RedisError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from stenofleet.broker import BrokerKeys

from stenofleet_autoscaler.model import Heartbeat, Work
from stenofleet_autoscaler.sense.deliveries import Delivered, Deliveries
from stenofleet_autoscaler.sense.errors import Unseen, explain
from stenofleet_autoscaler.sense.heartbeats import Heartbeats
from stenofleet_autoscaler.sense.queues import Depths, Queue, read_depths
from stenofleet_autoscaler.spec import Demand

TIMEOUT = 2.0
"""Seconds that a broker may take for an answer."""

CANCELLATIONS = 5

EVENT_EXCHANGE = "celeryev"


@dataclass(frozen=True)
class Address:
    """Which broker: the URL of the database, and where the app keeps its keys in it."""

    url: str
    keys: BrokerKeys

    def __repr__(self) -> str:
        return "Address(...)"  # the URL holds a password


class Broker:
    """A connection to one broker.

    Attributes:
        client: the connection's pool, for control messages.
        database: number of the Redis database; a part of the channels' names.
    """

    def __init__(self, address: Address) -> None:
        """Connects at the first read.

        Raises:
            Unseen: the URL is none that Redis understands.
        """
        self.keys = address.keys
        self.client = connect(address.url)
        self.database = int(self.client.connection_pool.connection_kwargs.get("db") or 0)
        self.heartbeats = Heartbeats(self.keys.broadcast(self.database, EVENT_EXCHANGE))
        self._deliveries = Deliveries(self.keys)
        self._lock = asyncio.Lock()
        self._listener = asyncio.create_task(self.heartbeats.listen(self.client))

    async def work(self, demand: Demand) -> Work:
        """The work of these queues and lists.

        Raises:
            Unseen: Redis did not answer, or holds something else than queues there.
        """
        try:
            async with asyncio.timeout(2 * TIMEOUT), self._lock:
                depths, delivered = await self._read(demand)
        except (RedisError, OSError, TimeoutError) as error:
            raise explain(error) from None
        return work_of(demand, depths, delivered, time.time())

    async def _read(self, demand: Demand) -> tuple[Depths, dict[str, Delivered]]:
        lists = [each.key for each in demand.lists]
        depths = await read_depths(self.client, self.keys, demand.queues, lists)
        return depths, await self._deliveries.read(self.client, time.time())

    def heartbeat(self, node: str) -> Heartbeat | None:
        """The worker's last heartbeat; None when it is silent."""
        return self.heartbeats.of(node)

    async def close(self) -> None:
        """Closes the connections."""
        await _ended(self._listener)
        await self.client.aclose()


async def _ended(listener: asyncio.Task[None]) -> None:
    """Cancels more than once: redis-py may take a cancellation for a timeout of its own."""
    for _ in range(CANCELLATIONS):
        listener.cancel()
        await asyncio.wait([listener], timeout=TIMEOUT)
        if listener.done():
            return


def connect(url: str) -> Redis:
    """A client that answers soon or fails: the next tick is the retry.

    Raises:
        Unseen: the URL is none that Redis understands.
    """
    try:
        return Redis.from_url(
            url,
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 0),
            client_name="stenofleet-autoscaler",
        )
    except ValueError:
        raise Unseen("InvalidURL", "the Secret holds no redis:// or rediss:// URL") from None


def work_of(demand: Demand, depths: Depths, delivered: dict[str, Delivered], now: float) -> Work:
    """The work of a pool.

    Raises:
        Unseen: one of its queues or lists could not be read; the rest says too little.
    """
    queues = [_seen(depths.queues[name]) for name in demand.queues]
    scheduled = sum(queue.scheduled for queue in queues)
    taken = [delivered.get(name, Delivered()) for name in demand.queues]
    return Work(
        queued=sum(queue.depth for queue in queues) - scheduled,
        scheduled=scheduled,
        delivered=sum(each.due for each in taken),
        fresh=sum(each.fresh for each in taken),
        items=tuple((_items(depths.items[each.key]), each.items_per_task) for each in demand.lists),
        oldest_wait=_oldest_wait(queues, now),
    )


def _oldest_wait(queues: Iterable[Queue], now: float) -> float | None:
    oldest = min((queue.oldest for queue in queues if queue.oldest is not None), default=None)
    return None if oldest is None else max(0.0, now - oldest)


def _seen(queue: Queue | Unseen) -> Queue:
    if isinstance(queue, Unseen):
        raise queue
    return queue


def _items(items: int | Unseen) -> int:
    if isinstance(items, Unseen):
        raise items
    return items
