"""The brokers in use, one connection for each."""

import asyncio
import time
from collections.abc import Callable

from stenofleet_autoscaler.sense.broker import Broker
from stenofleet_autoscaler.sense.connection import Address
from stenofleet_autoscaler.sense.heartbeats import TaskSink

UNUSED_AFTER = 60.0
"""Seconds after which a broker that nobody asked for is closed."""


class Brokers:
    """Brokers by address, made when they are first named and closed when nobody names them."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, on_task: TaskSink | None = None
    ) -> None:
        """``on_task`` is given the events of tasks, too; without it nobody listens to them."""
        self._clock = clock
        self._on_task = on_task
        self._open: dict[Address, Broker] = {}
        self._asked: dict[Address, float] = {}

    def get(self, address: Address) -> Broker:
        """The broker at the address.

        Raises:
            Unseen: the address is no URL of a Redis.
        """
        if address not in self._open:
            self._open[address] = Broker(address, self._on_task)
        self._asked[address] = self._clock()
        return self._open[address]

    async def close_unused(self, after: float = UNUSED_AFTER) -> None:
        """Closes the brokers that nobody asked for lately."""
        limit = self._clock() - after
        unused = [address for address, asked in self._asked.items() if asked <= limit]
        self._asked = {address: at for address, at in self._asked.items() if at > limit}
        brokers = [self._open.pop(address) for address in unused]
        await asyncio.gather(*(broker.close() for broker in brokers), return_exceptions=True)
