"""One broker's part of a tick: one look at Redis for all pools on it, then each pool on its own."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence

from stenofleet.broker import BrokerKeys

from stenofleet_autoscaler.pool import Pool
from stenofleet_autoscaler.rescues import Rescues
from stenofleet_autoscaler.sense.broker import Broker
from stenofleet_autoscaler.sense.connection import Address
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import Asked, Reading
from stenofleet_autoscaler.shares import shares_of
from stenofleet_autoscaler.sight import Look
from stenofleet_autoscaler.world import World


class Rounds:
    """Looks at brokers, each in a task of its own: a dead one holds up no pool of another's."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rescues = Rescues(world)
        self._running: dict[Address, asyncio.Task[None]] = {}

    def start(self, pools: Iterable[Pool]) -> list[asyncio.Task[None]]:
        """Starts a round for each broker, but for one whose last round still runs."""
        groups: dict[Address, list[Pool]] = {}
        for pool in pools:
            address = pool.find_broker()
            if address is None:
                pool.tick(Look(trouble=pool.trouble))
            else:
                groups.setdefault(address, []).append(pool)
        idle = [address for address in groups if address not in self._running]
        return [self._start(address, groups[address]) for address in idle]

    async def stop(self) -> None:
        """Ends what runs."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self._rescues.stop()

    def _start(self, address: Address, pools: Sequence[Pool]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._round(address, pools))
        self._running[address] = task
        task.add_done_callback(lambda _: self._running.pop(address, None))
        return task

    async def _round(self, address: Address, pools: Sequence[Pool]) -> None:
        broker = None
        try:
            broker = self._world.brokers.get(address)
            readings = await broker.read(_asked(pools))
        except Unseen as trouble:
            _tell_trouble(broker, trouble, pools)
            return
        for keys, sharing in _by_keys(pools).items():
            reading = readings[keys]
            if isinstance(reading, Unseen):
                _tell_trouble(broker, reading, sharing)
            else:
                self._tick(broker, keys, reading, sharing)

    def _tick(
        self, broker: Broker, keys: BrokerKeys, reading: Reading, pools: Sequence[Pool]
    ) -> None:
        verdict = self._rescues.see(broker, keys, reading, pools)
        shares = shares_of(pool.claim() for pool in _sharing(pools))
        for pool in pools:
            own = {queue: share for (uid, queue), share in shares.items() if uid == pool.uid}
            pool.tick(Look(broker, None, reading, own, verdict.suspected))


def _tell_trouble(broker: Broker | None, trouble: Unseen, pools: Iterable[Pool]) -> None:
    for pool in pools:
        pool.distrust_secrets()
        pool.tick(Look(broker=broker, trouble=trouble))


def _by_keys(pools: Iterable[Pool]) -> dict[BrokerKeys, list[Pool]]:
    groups: dict[BrokerKeys, list[Pool]] = {}
    for pool in pools:
        groups.setdefault(pool.keys, []).append(pool)
    return groups


def _sharing(pools: Sequence[Pool]) -> list[Pool]:
    """Those that consume a queue that another consumes as well."""
    counts = Counter(queue for pool in pools for queue in pool.demand.queues)
    return [pool for pool in pools if any(counts[queue] > 1 for queue in pool.demand.queues)]


def _asked(pools: Iterable[Pool]) -> dict[BrokerKeys, Asked]:
    """What all of them want to know, each queue and list once."""
    return {
        keys: Asked(
            queues=tuple(dict.fromkeys(q for pool in group for q in pool.demand.queues)),
            lists=tuple(dict.fromkeys(each.key for pool in group for each in pool.demand.lists)),
        )
        for keys, group in _by_keys(pools).items()
    }
