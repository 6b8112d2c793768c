"""The operator's heart: once a second it lets every pool look at the world anew."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.pool import Pool
from stenofleet_autoscaler.world import World

log = structlog.get_logger(__name__)

Raw = Mapping[str, Any]


class Ticker:
    """Ticks the pools, each on its own: a slow or broken one holds nobody up.

    Attributes:
        last: when the last tick began (monotonic); for the liveness probe.
        pools: the pools by uid.
    """

    def __init__(self, world: World, seconds: float, may_act: Callable[[], bool]) -> None:
        self._world = world
        self._seconds = seconds
        self._may_act = may_act
        self._running: dict[str, asyncio.Task[None]] = {}
        self.pools: dict[str, Pool] = {}
        self.last = time.monotonic()

    async def run(self) -> None:
        """Ticks until cancelled."""
        try:
            while True:
                self.last = time.monotonic()
                if self._may_act():
                    await self._tick()
                passed = time.monotonic() - self.last
                await asyncio.sleep(max(0.0, self._seconds - passed))
        finally:
            await asyncio.gather(*(pool.stop() for pool in self.pools.values()))

    async def _tick(self) -> None:
        raws = {raw["metadata"]["uid"]: raw for raw in self._world.store.pools()}
        await self._forget(set(self.pools) - set(raws))
        for uid, raw in raws.items():
            self._start(uid, raw)
        await self._world.brokers.close_unused()

    def _start(self, uid: str, raw: Raw) -> None:
        if uid in self._running:
            return
        pool = self.pools.setdefault(uid, Pool(self._world, raw))
        task = asyncio.create_task(_guarded(pool, raw))
        self._running[uid] = task
        task.add_done_callback(lambda _: self._running.pop(uid, None))

    async def _forget(self, gone: set[str]) -> None:
        for uid in gone:
            pool = self.pools.pop(uid)
            metrics.forget(pool.namespace, pool.name)
            await pool.stop()


async def _guarded(pool: Pool, raw: Raw) -> None:
    """The outermost loop of a pool: a defect of ours in one tick must not end the others'."""
    meta = raw["metadata"]
    try:
        with metrics.TICK.time():
            await pool.tick(raw)
    except Exception:
        metrics.FAILURES.labels(meta["namespace"], meta["name"]).inc()
        log.exception("tick failed", pool=meta["name"], namespace=meta["namespace"])
