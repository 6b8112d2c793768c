"""One pool, tick by tick: look, decide, act, report."""

import time
from collections.abc import Mapping
from typing import Any

import structlog

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.act.errors import ApiError
from stenofleet_autoscaler.act.hands import Hands
from stenofleet_autoscaler.act.kube import CONFLICT, NOT_FOUND
from stenofleet_autoscaler.decide import Decision, Policy
from stenofleet_autoscaler.hold import patch_for
from stenofleet_autoscaler.model import Observation
from stenofleet_autoscaler.reporting import conditions, publish, report
from stenofleet_autoscaler.sight import Sight, look, observe
from stenofleet_autoscaler.spec import PoolSpec, SpecError
from stenofleet_autoscaler.status import Condition, Report, status_patch
from stenofleet_autoscaler.world import World

log = structlog.get_logger(__name__)

Raw = Mapping[str, Any]


class Pool:
    """A WorkerPool under this operator's care.

    Attributes:
        explanation: the last decision, with each of its rules.
    """

    def __init__(self, world: World, pool: Raw) -> None:
        self.namespace: str = pool["metadata"]["namespace"]
        self.name: str = pool["metadata"]["name"]
        self._world = world
        self._hands = Hands(world)
        self._policy = Policy()
        self._unknown_since: float | None = None
        self.explanation: Decision | None = None

    async def tick(self, pool: Raw) -> None:
        """Brings the pool one step further; failures of others are waited out."""
        try:
            spec = PoolSpec.parse(pool["spec"])
        except SpecError as error:
            return await self._say(pool, _unreadable(pool, error))
        sight = await look(self._world, pool, spec)
        self._hands.forget_gone(sight)
        try:
            await self._go_on(sight)
        except ApiError as error:
            if error.status not in {CONFLICT, NOT_FOUND}:
                log.warning("not written", pool=sight.name, error=str(error))
        return None

    async def stop(self) -> None:
        """Leaves the pool as it is."""
        await self._hands.stop()

    async def _go_on(self, sight: Sight) -> None:
        rival = self._world.store.rival(sight.pool)
        facts = conditions(sight, self._hands.sizes, rival)
        if sight.deployment is None or sight.spec.mode == "Paused":
            return await self._say(sight.pool, report(sight, facts))
        seen = observe(sight, self._hands.sizes, self._hands.drains, self._unknown_for(sight))
        decision = self.explanation = self._policy.decide(seen, sight.spec)
        publish(sight, seen, decision)
        if sight.spec.mode == "Active" and rival is None:
            await self._act(sight, seen, decision)
        await self._say(sight.pool, report(sight, facts, seen, decision))
        return None

    async def _act(self, sight: Sight, seen: Observation, decision: Decision) -> None:
        await self._hands.carry_out(sight, seen, decision)
        patch = patch_for(sight.pool, sight.spec, sight.hold, decision.replicas)
        if patch is not None:
            await self._world.kube.patch_pool(sight.namespace, sight.name, patch)
            metrics.API_CALLS.labels("pool").inc()

    async def _say(self, pool: Raw, told: Report) -> None:
        patch = status_patch(pool.get("status") or {}, told)
        if patch:
            meta = pool["metadata"]
            await self._world.kube.patch_status(meta["namespace"], meta["name"], patch)
            metrics.API_CALLS.labels("status").inc()

    def _unknown_for(self, sight: Sight) -> float:
        if sight.work is not None:
            self._unknown_since = None
            return 0.0
        if self._unknown_since is None:
            self._unknown_since = time.monotonic()
        return time.monotonic() - self._unknown_since


def _unreadable(pool: Raw, error: SpecError) -> Report:
    fact = Condition("Ready", "False", "InvalidSpec", str(error))
    return Report(generation=int(pool["metadata"]["generation"]), conditions=(fact,))
