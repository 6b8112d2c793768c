"""One pool, tick by tick: look, decide, act, report."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import is_
from typing import Any

import structlog
from stenofleet.broker import BrokerKeys

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.act.errors import ApiError
from stenofleet_autoscaler.act.hands import Hands
from stenofleet_autoscaler.act.kube import CONFLICT, NOT_FOUND
from stenofleet_autoscaler.celery_names import Census
from stenofleet_autoscaler.decide import Decision, Policy
from stenofleet_autoscaler.drain_ends import DrainEnds
from stenofleet_autoscaler.explanation import explanation_of
from stenofleet_autoscaler.eyes import Eyes
from stenofleet_autoscaler.gauges import PoolGauges
from stenofleet_autoscaler.guarding import Guards
from stenofleet_autoscaler.hold import patch_for
from stenofleet_autoscaler.lessons import Lessons
from stenofleet_autoscaler.model import Observation
from stenofleet_autoscaler.publishing import publish
from stenofleet_autoscaler.reporting import facts_of, report, turned
from stenofleet_autoscaler.sense.connection import Address
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.secrets import NOT_READ_YET
from stenofleet_autoscaler.shares import Claim
from stenofleet_autoscaler.sight import Look, Sight, keys_of
from stenofleet_autoscaler.spec import Demand, PoolSpec, SpecError
from stenofleet_autoscaler.status import Condition, Report, status_patch
from stenofleet_autoscaler.watch.store import Other
from stenofleet_autoscaler.world import World

NOTHING = Demand()
NOBODY = (None, None)

log = structlog.get_logger(__name__)

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a tick came to: what the pool's status should say, and what is to be done."""

    told: Report
    sight: Sight | None = None
    seen: Observation | None = None
    decision: Decision | None = None


class Pool:
    """A WorkerPool under this operator's care.

    Attributes:
        raw: the WorkerPool's object.
        spec: what it asks for; None when that cannot be read.
        keys: where its app keeps its messages in Redis.
        explanation: tells the last decision with what it was made from; None before one.
    """

    def __init__(self, world: World, raw: Raw) -> None:
        self.namespace: str = raw["metadata"]["namespace"]
        self.name: str = raw["metadata"]["name"]
        self.uid: str = raw["metadata"]["uid"]
        self.raw: Raw = {}
        self.spec: PoolSpec | None = None
        self.keys = BrokerKeys()
        self.trouble: Unseen | None = None
        self.explanation: Callable[[], Mapping[str, Any]] | None = None
        self._world = world
        self._eyes = Eyes(world, self.namespace)
        self._hands = Hands(world)
        self._policy = Policy()
        self._gauges = PoolGauges(self.namespace, self.name)
        self._guards = Guards()
        self._drain_ends = DrainEnds()
        self._lessons: Lessons | None = None
        self._look = Look()
        self._others_at = -1
        self._known_others: tuple[Other | None, Other | None] = NOBODY
        self._resting: tuple[object, ...] | None = None
        self._error: SpecError | None = None
        self._told: Report | None = None
        self._told_on: Raw = {}
        self._errand: asyncio.Task[None] | None = None
        self.meet(raw)

    def meet(self, raw: Raw) -> None:
        """Takes in the pool's object as it is now."""
        if raw is self.raw:
            return
        before, self.raw = self.raw, raw
        if before.get("spec") == raw["spec"]:
            return
        try:
            self.spec, self._error = PoolSpec.parse(raw["spec"]), None
            self.keys = keys_of(self.spec)
        except SpecError as error:
            self.spec, self._error = None, error

    @property
    def demand(self) -> Demand:
        """What counts as its work."""
        return self.spec.demand if self.spec else NOTHING

    @property
    def may_act(self) -> bool:
        """Whether it may change anything: neither paused nor a dry run, and nobody else does."""
        return bool(self.spec and self.spec.mode == "Active" and self._others() == NOBODY)

    def find_broker(self) -> Address | None:
        """Where its broker is; None when that is not known, then `trouble` says why."""
        if self.spec is None:
            return None
        try:
            address, self.trouble = self._eyes.address(self.spec), None
        except Unseen as trouble:
            address, self.trouble = None, trouble
        return address

    def distrust_secrets(self) -> None:
        """The broker did not answer: its Secrets may have changed."""
        if self.spec is not None:
            self._eyes.distrust_secrets(self.spec)

    def claim(self) -> Claim:
        """What it brings to its queues, as of its last look."""
        assert self.spec is not None  # noqa: S101 - only pools with a broker are asked
        most = self.spec.max_replicas * self.spec.concurrency.max
        active = self._eyes.active(self.spec, self._look)
        return Claim(self.uid, self.demand.queues, most if self.may_act else 0, active)

    def nodes(self) -> Iterator[tuple[str, str]]:
        """What may hold messages: node names, and which run of its containers each is in."""
        return self._eyes.nodes(self.spec, self._look) if self.spec else iter(())

    def census(self) -> Census:
        """Who works on its queues, as of its last look."""
        return self._eyes.census(self.spec, self._look, self._hands) if self.spec else Census()

    def tick(self, look: Look) -> None:
        """Brings the pool one step further, unless the last one is still under way.

        The outermost loop of a pool: a defect of ours in one must not end the others' ticks.
        """
        self._look = look
        if self._errand is not None or self._rests(look):
            return
        try:
            outcome = self._outcome(look)
        except Exception:
            metrics.FAILURES.labels(self.namespace, self.name).inc()
            log.exception("tick failed", pool=self.name, namespace=self.namespace)
            return
        if outcome is not None:
            self._start(outcome)

    async def stop(self) -> None:
        """Leaves the pool as it is, and keeps what was learned."""
        if self._errand is not None:
            self._errand.cancel()
            await asyncio.gather(self._errand, return_exceptions=True)
        await self._hands.stop()

    async def keep(self, *, at_once: bool = False) -> None:
        """Writes what was learned where a restart finds it, if it is time to."""
        if self._lessons is None or not self._world.memory.is_due(self.raw, at_once=at_once):
            return
        learned = self._lessons.learned.to_dict()
        await self._world.memory.keep(self.raw, learned, at_once=at_once)

    def _outcome(self, look: Look) -> Outcome | None:
        """What this tick comes to; None when there is nothing to say or do."""
        if self.spec is None:
            return self._nothing_decided(Outcome(_unreadable(self.raw, self._error)))
        if look.trouble is not None and look.trouble.reason == NOT_READ_YET:
            return None
        sight = self._eyes.sight(self.raw, self.spec, look, self._hands)
        self._hands.forget_gone(sight)
        if self._lessons is None:
            self._start_to_learn()
            return None
        if sight.target is None or self.spec.mode == "Paused":
            return self._nothing_decided(Outcome(self._report(sight, None, None), sight))
        sight, seen = self._eyes.observe(sight, self._hands, self._lessons)
        self._world.records.take(sight, seen.now, self._lessons.come)
        decision = self._policy.decide(seen, self.spec)
        self._guards.see(sight, seen, self._lessons.learned, acts=self.may_act)
        publish(self._gauges, sight, seen, decision)
        timeout = self.spec.behavior.scale_down.drain_timeout
        for ended in self._drain_ends.see(seen.now, seen.pods, timeout):
            self._gauges.drained(*ended)
        told = self._report(sight, seen, decision)
        self._gauges.conditions(told.conditions)
        return self._unless_told(Outcome(told, sight, seen, decision))

    def _nothing_decided(self, outcome: Outcome) -> Outcome | None:
        self._gauges.unknown()
        self._gauges.conditions(outcome.told.conditions)
        return self._unless_told(outcome)

    def _rests(self, look: Look) -> bool:
        """Whether all is as it was when there was nothing to do: then nothing is looked at."""
        return (
            self._resting is not None
            and self._eyes.sees_no_work(self.demand, look)
            and all(map(is_, self._resting, self._surroundings()))
            and self._others() == NOBODY
            and not self._is_due()
        )

    def _surroundings(self) -> tuple[object, ...]:
        """What a tick depends on beside the broker; the same objects are unchanged ones."""
        assert self.spec is not None  # noqa: S101 - only pools that were decided on rest
        target, pods = self._eyes.target(self.spec), self._eyes.pods(self.spec)
        return self.raw, target, pods

    def _rest(self, outcome: Outcome, *, idle: bool) -> None:
        """A sleeping pool without work, pods or a hold changes by nothing but its surroundings."""
        sight, seen, decision = outcome.sight, outcome.seen, outcome.decision
        asleep = (
            idle
            and sight is not None
            and seen is not None
            and decision is not None
            and decision.reason == "Idle"
            and not seen.pods
            and sight.hold is None
            and self.may_act
            and self._eyes.sees_no_work(self.demand, sight.look)
        )
        self._resting = self._surroundings() if asleep else None

    def _unless_told(self, outcome: Outcome) -> Outcome | None:
        """At rest, nothing at all is done."""
        seen, decision = outcome.seen, outcome.decision
        moves = seen and decision and (seen.pods or decision.replicas != seen.replicas)
        told = outcome.told == self._told and self.raw is self._told_on
        same = told and not self._hold_patch(outcome)
        idle = bool(same and not moves)
        self._rest(outcome, idle=idle)
        return None if idle and not self._is_due() else outcome

    def _is_due(self) -> bool:
        return self._lessons is not None and self._world.memory.is_due(self.raw)

    def _start(self, outcome: Outcome) -> None:
        self._errand = asyncio.create_task(self._carry_out(outcome))
        self._errand.add_done_callback(self._forget_errand)

    def _forget_errand(self, _: object) -> None:
        self._errand = None

    async def _carry_out(self, outcome: Outcome) -> None:
        """Failures of the API server are waited out: the next tick sees the world anew."""
        try:
            async with self._world.turns:
                await self._act(outcome)
                await self._say(outcome.told)
                await self.keep()
        except ApiError as error:
            if error.status not in {CONFLICT, NOT_FOUND}:
                log.warning("not written", pool=self.name, error=str(error))
        except Exception:
            metrics.FAILURES.labels(self.namespace, self.name).inc()
            log.exception("acting failed", pool=self.name, namespace=self.namespace)

    async def _act(self, outcome: Outcome) -> None:
        sight, seen, decision = outcome.sight, outcome.seen, outcome.decision
        if sight is None or seen is None or decision is None:
            return
        self._hands.look(seen)
        if not self.may_act:
            return
        await self._hands.carry_out(sight, seen, decision)
        if self._guards.stalled is not None:
            self._hands.restart(sight, seen, self._guards.stalled)
        patch = self._hold_patch(outcome)
        if patch is not None:
            await self._world.kube.patch_pool(self.namespace, self.name, patch)

    def _hold_patch(self, outcome: Outcome) -> Raw | None:
        if outcome.sight is None or outcome.decision is None or not self.may_act:
            return None
        sight = outcome.sight
        return patch_for(self.raw, sight.spec, sight.hold, outcome.decision.replicas)

    async def _say(self, told: Report) -> None:
        raw = self.raw
        before = raw.get("status") or {}
        patch = status_patch(before, told)
        if patch:
            await self._world.kube.patch_status(self.namespace, self.name, patch)
        # Our watch may be behind what was written last: what it shows next is compared anew.
        self._told, self._told_on = told, raw
        for fact in turned(before, told.conditions):
            await self._world.events.warning(self.raw, fact.reason, fact.message)

    def _start_to_learn(self) -> None:
        """What was learned before a restart comes first: the same is decided as before it."""
        self._errand = asyncio.create_task(self._recall())
        self._errand.add_done_callback(self._forget_errand)

    async def _recall(self) -> None:
        try:
            async with self._world.turns:
                kept = await self._world.memory.recall(self.raw)
            self._lessons = Lessons.of(kept)
        except ApiError as error:
            log.warning("what was learned cannot be read", pool=self.name, error=str(error))
            if error.status:
                self._lessons = Lessons.of(None)

    def _report(self, sight: Sight, seen: Observation | None, decision: Decision | None) -> Report:
        rival, scaler = self._others()
        facts = (
            *facts_of(sight, self._hands.care, rival, scaler),
            *self._guards.conditions(sight, seen, decision),
        )
        if decision is not None and self._lessons is not None:
            figures = self._lessons.learned.figures
            self.explanation = lambda: explanation_of(
                self.raw, decision, facts, figures(), seen.now if seen else 0.0
            )
        return report(sight, facts, seen, decision)

    def _others(self) -> tuple[Other | None, Other | None]:
        """Who else sizes the target; looked for again only when a pool or scaler has changed."""
        store = self._world.store
        if self._others_at != store.sizers:
            self._others_at = store.sizers
            self._known_others = store.rival(self.raw), store.other_scaler(self.raw)
        return self._known_others


def _unreadable(pool: Raw, error: SpecError | None) -> Report:
    fact = Condition("Ready", "False", "InvalidSpec", str(error))
    return Report(generation=int(pool["metadata"]["generation"]), conditions=(fact,))
