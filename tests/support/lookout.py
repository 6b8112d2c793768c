"""The operator's look at a broker, step by step, and deliveries as workers leave them."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from stenofleet.broker import BrokerKeys
from stenofleet_autoscaler.sense.broker import Broker
from stenofleet_autoscaler.sense.connection import Address
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import Asked, InFlight, QueueReading, Reading
from support.celery_messages import envelope

if TYPE_CHECKING:
    from redis import Redis

LOOKS = 60
DEFAULT = BrokerKeys()

T = TypeVar("T")


class Lookout:
    """One who looks at one broker again and again, with what it remembers in between."""

    def __init__(self, address: Address, keys: BrokerKeys) -> None:
        self.keys = keys
        self._runner = asyncio.Runner()
        self.broker = self._runner.run(self._made(address))

    @staticmethod
    async def _made(address: Address) -> Broker:
        return Broker(address)

    def read(self, asked: dict[BrokerKeys, Asked]) -> dict[BrokerKeys, Reading | Unseen]:
        """One look."""
        return self._runner.run(self.broker.read(asked))

    def look(self, *queues: str, lists: tuple[str, ...] = ()) -> Reading:
        """One look at one keyspace.

        Raises:
            Unseen: it cannot be read.
        """
        return known(self.read({self.keys: Asked(queues, lists)})[self.keys])

    def queue(self, name: str) -> QueueReading:
        """One look at one queue."""
        return known(self.look(name).queues[name])

    def in_flight(self, queue: str) -> InFlight:
        """What is in flight, of what one look knows."""
        return self.look(queue).in_flight.get(queue, InFlight())

    def settled(self, queue: str, due: int) -> InFlight:
        """What is in flight as soon as so many are due; at the latest after some looks."""
        for _ in range(LOOKS):
            if (seen := self.in_flight(queue)).due == due:
                return seen
        return seen

    def close(self) -> None:
        self._runner.run(self.broker.close())
        self._runner.close()


@contextmanager
def lookout(url: str, keys: BrokerKeys = DEFAULT, **address: str | None) -> Iterator[Lookout]:
    """Looks at a URL; `address` is what else tells where the broker is."""
    one = Lookout(Address(url, **address), keys)
    try:
        yield one
    finally:
        one.close()


def known(seen: T | Unseen) -> T:
    """What was seen.

    Raises:
        Unseen: it was not.
    """
    if isinstance(seen, Unseen):
        raise seen
    return seen


def delivered(
    tag: str,
    score: float | None = None,
    *,
    queue: str = "mail",
    exchange: str = "",
    **headers: Any,
) -> dict[str, tuple[float, str]]:
    """A delivery of a task named `work`; `score` is when, by its worker's clock."""
    task = headers.pop("task", "work")
    entry = f'[{envelope(task, queue, **headers)}, "{exchange}", "{queue}"]'
    return {tag: (time.time() if score is None else score, entry)}


def deliver(
    client: "Redis", entries: dict[str, tuple[float, str]], keys: BrokerKeys = DEFAULT
) -> None:
    """Puts deliveries into `unacked` as a worker does."""
    pipe = client.pipeline()
    for tag, (score, entry) in entries.items():
        pipe.zadd(keys.unacked_index, {tag: score})
        pipe.hset(keys.unacked, tag, entry)
    pipe.execute()


def acknowledge(client: "Redis", *tags: str, keys: BrokerKeys = DEFAULT) -> None:
    """Takes them out again."""
    pipe = client.pipeline()
    pipe.zrem(keys.unacked_index, *tags)
    pipe.hdel(keys.unacked, *tags)
    pipe.execute()
