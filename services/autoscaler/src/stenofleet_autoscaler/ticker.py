"""The operator's heart: once a second it lets every pool look at the world anew."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from stenofleet_autoscaler import gauges, metrics
from stenofleet_autoscaler.act.errors import ApiError
from stenofleet_autoscaler.celery_names import Census
from stenofleet_autoscaler.pool import Pool
from stenofleet_autoscaler.rounds import Rounds
from stenofleet_autoscaler.world import World

KEEP_SECONDS = 5.0
"""How long a stop may take to write what was learned."""

AT_ONCE = 20

Raw = Mapping[str, Any]


class Ticker:
    """Ticks the pools, broker by broker.

    Attributes:
        last: when the last tick began (monotonic); for the liveness probe.
        pools: the pools by uid.
    """

    def __init__(self, world: World, seconds: float, may_act: Callable[[], bool]) -> None:
        self._world = world
        self._seconds = seconds
        self._may_act = may_act
        self._rounds = Rounds(world)
        self.pools: dict[str, Pool] = {}
        self.last = time.monotonic()

    async def run(self) -> None:
        """Ticks until cancelled."""
        try:
            while True:
                late = time.monotonic() - self.last - self._seconds
                metrics.LATENESS.set(max(0.0, late))
                self.last = time.monotonic()
                if self._may_act():
                    await self._tick()
                elif self.pools:
                    await self._let_go()
                passed = time.monotonic() - self.last
                await asyncio.sleep(max(0.0, self._seconds - passed))
        finally:
            await self._keep_all()
            await self._let_go()

    def explanations(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """The last decision of each pool, by namespace and name."""
        return {
            (pool.namespace, pool.name): pool.explanation()
            for pool in self.pools.values()
            if pool.explanation is not None
        }

    def censuses(self) -> list[Census]:
        """Who works on the queues of each pool."""
        return [pool.census() for pool in self.pools.values()]

    async def _keep_all(self) -> None:
        """Whoever leads next begins where this replica ended."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def keep(pool: Pool) -> None:
            async with limit:
                with suppress(ApiError):
                    await pool.keep(at_once=True)

        with suppress(TimeoutError):
            async with asyncio.timeout(KEEP_SECONDS):
                await asyncio.gather(*(keep(pool) for pool in self.pools.values()))

    async def _let_go(self) -> None:
        """Another replica leads: what is known here grows old, and is met anew."""
        await self._rounds.stop()
        pools, self.pools = self.pools, {}
        for pool in pools.values():
            self._world.memory.forget(pool.raw)
            gauges.forget(pool.namespace, pool.name)
        await asyncio.gather(*(pool.stop() for pool in pools.values()))

    async def _tick(self) -> None:
        await self._meet(self._world.store.pools())
        rounds = self._rounds.start(self.pools.values())
        self._time(rounds)
        await self._world.brokers.close_unused()

    def _time(self, rounds: Sequence[asyncio.Task[None]]) -> None:
        """The tick's length is that of its longest round; the next one does not wait for it."""
        began = self.last
        ended = asyncio.gather(*rounds, return_exceptions=True)
        ended.add_done_callback(lambda _: metrics.TICK.observe(time.monotonic() - began))

    async def _meet(self, raws: Sequence[Raw]) -> None:
        """Takes in new pools and new specs, and lets go of pools that are gone."""
        present = {raw["metadata"]["uid"]: raw for raw in raws}
        for uid in self.pools.keys() - present.keys():
            pool = self.pools.pop(uid)
            self._world.memory.forget(pool.raw)
            gauges.forget(pool.namespace, pool.name)
            await pool.stop()
        for uid, raw in present.items():
            known = self.pools.get(uid)
            if known is None:
                self.pools[uid] = Pool(self._world, raw)
            else:
                known.meet(raw)
