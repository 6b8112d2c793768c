"""Does what was decided for one pool."""

import time

import structlog

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.act import drains as drain_marks
from stenofleet_autoscaler.act import workers
from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.drains import Drains
from stenofleet_autoscaler.act.errands import Errands
from stenofleet_autoscaler.act.errors import Refused
from stenofleet_autoscaler.act.sizes import Sizes
from stenofleet_autoscaler.act.victims import Victims
from stenofleet_autoscaler.decide import Decision
from stenofleet_autoscaler.model import Observation, Pod
from stenofleet_autoscaler.sense.pods import node_name
from stenofleet_autoscaler.sense.target import template_of
from stenofleet_autoscaler.sight import Sight
from stenofleet_autoscaler.world import World

log = structlog.get_logger(__name__)


class Hands:
    """The hands of one pool, with what they must remember between two ticks."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._errands = Errands()
        self._victims = Victims()
        self.sizes = Sizes()
        self.drains = Drains()

    def forget_gone(self, sight: Sight) -> None:
        """Drops what was known of pods that are no more."""
        self.sizes.keep_only({name: template_of(raw) for name, raw in sight.raw_pods.items()})
        self.drains.keep_only(sight.raw_pods)

    async def carry_out(self, sight: Sight, seen: Observation, decision: Decision) -> None:
        """Concurrency first, for it is there at once; then drains; then the count of pods.

        Raises:
            ApiError: the API server refused or did not answer.
        """
        await self._report_wrong_victims(sight)
        control = _control(sight)
        if control is not None:
            for pod in seen.pods:
                self._attend(control, sight, pod, decision)
        await self._scale(sight, seen, decision)
        for pod in seen.pods:
            await self._mark(sight, pod, decision)

    async def stop(self) -> None:
        """Leaves everything as it is."""
        await self._errands.stop()

    def _attend(self, control: RemoteControl, sight: Sight, pod: Pod, decision: Decision) -> None:
        if pod.name in decision.undrain:
            self._errands.start(pod.name, self._undrain(control, sight, pod.name))
        elif pod.drain is not None and pod.running:
            queues = sight.spec.demand.queues
            self._errands.start(pod.name, self.drains.advance(control, pod.name, pod.beat, queues))
        elif pod.serves and pod.name not in decision.drain:
            self._errands.start(pod.name, self._fit(control, sight, pod.name, decision))

    async def _fit(
        self, control: RemoteControl, sight: Sight, pod: str, decision: Decision
    ) -> None:
        """Brings the worker to the concurrency that was decided."""
        run = sight.run(pod)
        if self.sizes.slots(pod, run) is None:
            await self.sizes.learn(control, pod, run)
        if decision.concurrency is None:
            return
        template = template_of(sight.raw_pods[pod])
        result = metrics.RESIZES.labels(sight.namespace, sight.name, "done")
        try:
            if await self.sizes.change(control, pod, run, decision.concurrency, template):
                result.inc()
                log.info("resized", pod=pod, concurrency=self.sizes.slots(pod, run))
        except Refused as refusal:
            metrics.RESIZES.labels(sight.namespace, sight.name, "refused").inc()
            note = f"pod {pod} cannot be resized ({refusal}): only pods are added"
            await self._world.events.warning(sight.pool, "ConcurrencyNotResizable", note)

    async def _undrain(self, control: RemoteControl, sight: Sight, pod: str) -> None:
        """Consuming again comes first: a pod without the mark that takes nothing is lost room."""
        await workers.start_consuming(control, node_name(pod), sight.spec.demand.queues)
        await self._world.kube.annotate_pod(sight.namespace, pod, drain_marks.unmark())
        await self._world.events.normal(sight.pool, "DrainUndone", f"pod {pod} takes tasks again")

    async def _mark(self, sight: Sight, pod: Pod, decision: Decision) -> None:
        annotate = self._world.kube.annotate_pod
        if pod.name in decision.drain:
            await annotate(sight.namespace, pod.name, drain_marks.mark(time.time()))
            await self._world.events.normal(
                sight.pool, "DrainStarted", f"pod {pod.name} takes no more tasks"
            )
        elif pod.drain is None or pod.name in decision.undrain:
            return
        elif self._may_rank(sight, pod) and pod.cost != drain_marks.LEAVES_FIRST:
            await annotate(sight.namespace, pod.name, drain_marks.rank())

    def _may_rank(self, sight: Sight, pod: Pod) -> bool:
        assert pod.drain is not None  # noqa: S101 - the caller looked
        late = time.time() - pod.drain.since >= sight.spec.behavior.scale_down.drain_timeout
        return pod.drain.empty or not pod.running or late

    async def _scale(self, sight: Sight, seen: Observation, decision: Decision) -> None:
        if decision.replicas == seen.replicas:
            return
        if decision.replicas < seen.replicas:
            self._victims.expect(decision.release, sight.raw_pods)
            await self._tell_late_drains(sight, seen, decision)
        name = sight.spec.target_ref.name
        await self._world.kube.scale(sight.namespace, name, decision.replicas)
        up = decision.replicas > seen.replicas
        metrics.SCALES.labels(sight.namespace, sight.name, "up" if up else "down").inc()
        note = f"{seen.replicas} -> {decision.replicas} pods: {decision.message}"
        await self._world.events.normal(sight.pool, "ScaledUp" if up else "ScaledDown", note)

    async def _tell_late_drains(self, sight: Sight, seen: Observation, decision: Decision) -> None:
        for pod in seen.pods:
            if pod.name in decision.release and pod.running and pod.drain and not pod.drain.empty:
                metrics.DRAIN_TIMEOUTS.labels(sight.namespace, sight.name).inc()
                note = f"pod {pod.name} goes with the grace period of its own, it still works"
                await self._world.events.warning(sight.pool, "DrainTimedOut", note)

    async def _report_wrong_victims(self, sight: Sight) -> None:
        for pod in self._victims.wrong(sight.raw_pods):
            metrics.WRONG_VICTIMS.labels(sight.namespace, sight.name).inc()
            note = f"pod {pod} went instead of a drained one"
            await self._world.events.warning(sight.pool, "WrongVictim", note)


def _control(sight: Sight) -> RemoteControl | None:
    """None when the broker does not answer: then nothing is asked of workers either."""
    if sight.broker is None or sight.work is None:
        return None
    broker = sight.broker
    return RemoteControl(broker.client, broker.keys, broker.database)
