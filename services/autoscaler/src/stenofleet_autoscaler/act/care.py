"""What is done to single pods: their size, their way out, their marks."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.act import marks, workers
from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.drains import Drains
from stenofleet_autoscaler.act.errors import ActionError, ApiError, Refused
from stenofleet_autoscaler.act.marks import Busy
from stenofleet_autoscaler.act.resources import PodResources
from stenofleet_autoscaler.act.silence import Silence
from stenofleet_autoscaler.act.sizes import Sizes
from stenofleet_autoscaler.act.workers import node_of
from stenofleet_autoscaler.decide import Decision
from stenofleet_autoscaler.guards.inquiry import may_be_restarted
from stenofleet_autoscaler.model import Pod
from stenofleet_autoscaler.sense.target import template_of
from stenofleet_autoscaler.sight import Sight
from stenofleet_autoscaler.world import World

EVICT_AGAIN_AFTER = 10.0
"""Seconds between two evictions of a pod; a budget (PDB) may forbid one for long."""

log = structlog.get_logger(__name__)


@dataclass
class Care:
    """The care for the pods of one pool, with what must be remembered between two ticks."""

    world: World
    clock: Callable[[], float] = time.monotonic
    sizes: Sizes = field(default_factory=Sizes)
    resources: PodResources = field(default_factory=PodResources)
    drains: Drains = field(default_factory=Drains)
    busy: Busy = field(default_factory=Busy)
    silence: Silence = field(default_factory=Silence)
    _told_late: set[str] = field(default_factory=set)
    _evicted: dict[str, float] = field(default_factory=dict)

    def forget_gone(self, sight: Sight) -> None:
        """Drops what was known of pods that are no more."""
        present = sight.raw_pods
        self.sizes.keep_only({name: template_of(raw) for name, raw in present.items()})
        for memory in (self.resources, self.busy):
            memory.keep_only(present)
        self.drains.keep_only(present)
        self._told_late &= present.keys()
        self._evicted = {name: at for name, at in self._evicted.items() if name in present}

    async def fit(self, control: RemoteControl, sight: Sight, pod: Pod, decision: Decision) -> None:
        """Brings the worker to the concurrency that was decided, and its container with it.

        Raises:
            ActionError: the worker or the API server did not answer.
        """
        run, node = sight.run(pod.name), node_of(pod.name, pod.beat)
        if self.sizes.slots(pod.name, run) is None:
            await self.sizes.learn(control, node, pod.name, run)
        wanted = await self._allowed(sight, pod.name, decision.concurrency)
        if wanted is None:
            return
        template = template_of(sight.raw_pods[pod.name])
        try:
            if await self.sizes.change(
                control, node, pod.name, run, wanted=wanted, template=template
            ):
                metrics.RESIZES.labels(sight.namespace, sight.name, "done").inc()
                log.info("resized", pod=pod.name, concurrency=self.sizes.slots(pod.name, run))
        except Refused as refusal:
            metrics.RESIZES.labels(sight.namespace, sight.name, "refused").inc()
            note = f"pod {pod.name} cannot be resized ({refusal}): only pods are added"
            await self.world.events.warning(
                sight.pool, "ConcurrencyNotResizable", note, sight.raw_pods.get(pod.name)
            )

    async def _allowed(self, sight: Sight, pod: str, wanted: int | None) -> int | None:
        """The slots that the pod's resources are enough for; they follow the slots."""
        present = self.sizes.slots(pod, sight.run(pod))
        spec = sight.spec.resources
        if spec is None or present is None:
            return wanted
        calls, raw = self.world.kube.pods, sight.raw_pods[pod]
        slots = present if wanted is None else wanted
        allowed = await self.resources.fit(calls, raw, spec, present, slots)
        return None if wanted is None else allowed

    async def undrain(self, control: RemoteControl, sight: Sight, pod: Pod) -> None:
        """Consuming again comes first: a pod without the mark that takes nothing is lost room.

        Raises:
            ActionError: the worker or the API server did not answer.
        """
        if pod.running:
            queues = sight.spec.demand.queues
            await workers.start_consuming(control, node_of(pod.name, pod.beat), queues)
        await self.world.kube.pods.annotate(sight.namespace, pod.name, marks.unmark())
        note = f"pod {pod.name} takes tasks again"
        await self.world.events.normal(
            sight.pool, "DrainUndone", note, sight.raw_pods.get(pod.name)
        )

    def is_late(self, sight: Sight, pod: Pod) -> bool:
        """Whether a drain lasts too long, which is to be told once."""
        if pod.drain is None or pod.drain.empty or not pod.running:
            return False
        return _timed_out(sight, pod) and pod.name not in self._told_late

    async def tell_late(self, control: RemoteControl | None, sight: Sight, pod: Pod) -> None:
        """Names the tasks that held the pod."""
        self._told_late.add(pod.name)
        metrics.DRAIN_TIMEOUTS.labels(sight.namespace, sight.name).inc()
        held_by = await self._tasks(control, pod)
        note = f"pod {pod.name} goes with the grace period of its own, held by {held_by}"
        await self.world.events.warning(
            sight.pool, "DrainTimedOut", note, sight.raw_pods.get(pod.name)
        )

    async def _tasks(self, control: RemoteControl | None, pod: Pod) -> str:
        unknown = "tasks that its worker did not tell"
        if control is None:
            return unknown
        try:
            tasks = await workers.running_tasks(control, node_of(pod.name, pod.beat))
        except ActionError:
            return unknown
        return ", ".join(tasks) or "no task that its worker tells of"

    async def mark(self, sight: Sight, pod: Pod, decision: Decision, *, rolling: bool) -> None:
        """Writes what the pod's annotations do not say yet: one patch, if any.

        Raises:
            ApiError: the API server refused or did not answer.
        """
        present = sight.raw_pods[pod.name]["metadata"].get("annotations") or {}
        shield = self.busy.changes(pod, present, rolling=rolling)
        changes = {**shield, **_way_out(sight, pod, decision)}
        if changes:
            await self.world.kube.pods.annotate(sight.namespace, pod.name, changes)
        if pod.name in decision.drain:
            note = f"pod {pod.name} takes no more tasks"
            await self.world.events.normal(
                sight.pool, "DrainStarted", note, sight.raw_pods.get(pod.name)
            )

    async def evict(self, sight: Sight, pod: str) -> bool:
        """Evicts a pod that is done; whether it goes. A budget may forbid it for now.

        Raises:
            ApiError: the API server did not answer.
        """
        if self.clock() - self._evicted.get(pod, -EVICT_AGAIN_AFTER) < EVICT_AGAIN_AFTER:
            return False
        self._evicted[pod] = self.clock()
        try:
            await self.world.kube.pods.evict(sight.namespace, pod)
        except ApiError as error:
            if not error.status:
                raise
            log.info("not evicted, will be tried again", pod=pod, error=str(error))
            return False
        note = f"pod {pod} was drained for whoever asked, and goes"
        await self.world.events.normal(sight.pool, "PodEvicted", note, sight.raw_pods.get(pod))
        return True

    async def restart(self, control: RemoteControl, sight: Sight, pod: Pod, note: str) -> None:
        """Evicts a pod whose consumer has stalled, unless its worker has a reason to be idle.

        Raises:
            ActionError: the API server did not answer, or a budget forbids it for now.
        """
        if not await may_be_restarted(control, node_of(pod.name, pod.beat)):
            return
        await self.world.kube.pods.evict(sight.namespace, pod.name)
        metrics.RESTARTS.labels(sight.namespace, sight.name).inc()
        await self.world.events.warning(
            sight.pool, "StalledConsumerRestarted", note, sight.raw_pods.get(pod.name)
        )


def _way_out(sight: Sight, pod: Pod, decision: Decision) -> marks.Annotations:
    """The marks of a pod that is going, or is to go."""
    if pod.name in decision.drain:
        return marks.mark(time.time())
    if pod.drain is None or pod.name in decision.undrain or pod.ordinal is not None:
        return {}
    may_rank = pod.drain.empty or not pod.running or _timed_out(sight, pod)
    return marks.rank() if may_rank and pod.cost != marks.LEAVES_FIRST else {}


def _timed_out(sight: Sight, pod: Pod) -> bool:
    limit = sight.spec.behavior.scale_down.drain_timeout
    return pod.drain is not None and time.time() - pod.drain.since >= limit
