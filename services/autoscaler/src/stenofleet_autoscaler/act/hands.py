"""Does what was decided for one pool."""

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.act.care import Care
from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.drains import Drains
from stenofleet_autoscaler.act.errands import Errands
from stenofleet_autoscaler.act.scales import OwnScales
from stenofleet_autoscaler.act.sizes import Sizes
from stenofleet_autoscaler.act.victims import Victims
from stenofleet_autoscaler.decide import Decision
from stenofleet_autoscaler.decide.draining import evictable
from stenofleet_autoscaler.guards.stalled import StalledPod
from stenofleet_autoscaler.model import Observation, Pod
from stenofleet_autoscaler.sight import Sight
from stenofleet_autoscaler.world import World


class Hands:
    """The hands of one pool, with what they must remember between two ticks.

    Attributes:
        care: what is known of the pods, one by one.
        own_scales: sizes of the target that are ours although the watch shows another's.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._errands = Errands()
        self._victims = Victims()
        self.care = Care(world)
        self.own_scales = OwnScales()

    @property
    def sizes(self) -> Sizes:
        """The concurrency of the pods."""
        return self.care.sizes

    @property
    def drains(self) -> Drains:
        """The pods' ways out."""
        return self.care.drains

    def forget_gone(self, sight: Sight) -> None:
        """Drops what was known of pods that are no more."""
        self.care.forget_gone(sight)

    def look(self, seen: Observation) -> None:
        """Takes in what the next decision on drains needs; to be called in every mode."""
        self.care.silence.see(seen.pods, listening=seen.work is not None)
        self.care.drains.silent = self.care.silence.total

    async def carry_out(self, sight: Sight, seen: Observation, decision: Decision) -> None:
        """Concurrency first, for it is there at once; then the count of pods; then the marks.

        Raises:
            ApiError: the API server refused or did not answer.
        """
        self.look(seen)
        await self._report_wrong_victims(sight)
        control = _control(sight)
        for pod in seen.pods:
            self._attend(control, sight, pod, decision)
        await self._scale(sight, seen, decision)
        for pod in seen.pods:
            await self.care.mark(sight, pod, decision, rolling=_rolls(sight))
        await self._evict(sight, seen, decision)

    def restart(self, sight: Sight, seen: Observation, stalled: StalledPod) -> None:
        """Starts the restart of a pod whose consumer has stalled."""
        control = _control(sight)
        pod = next((each for each in seen.pods if each.name == stalled.name), None)
        if control is not None and pod is not None:
            errand = self.care.restart(control, sight, pod, stalled.note)
            self._errands.start(f"{pod.name}/stalled", errand)

    async def stop(self) -> None:
        """Leaves everything as it is."""
        await self._errands.stop()

    def _attend(
        self, control: RemoteControl | None, sight: Sight, pod: Pod, decision: Decision
    ) -> None:
        """Starts what takes an answer of the pod's worker."""
        care = self.care
        if care.is_late(sight, pod):
            self._errands.start(f"{pod.name}/late", care.tell_late(control, sight, pod))
        if control is None:
            return
        if pod.name in decision.undrain:
            self._errands.start(pod.name, care.undrain(control, sight, pod))
        elif pod.drain is not None and pod.running:
            queues = sight.spec.demand.queues
            self._errands.start(pod.name, care.drains.advance(control, pod.name, pod.beat, queues))
        elif pod.serves and pod.name not in decision.drain:
            self._errands.start(pod.name, care.fit(control, sight, pod, decision))

    async def _scale(self, sight: Sight, seen: Observation, decision: Decision) -> None:
        if decision.replicas == seen.replicas:
            return
        if decision.replicas < seen.replicas:
            self._victims.expect(decision.release, sight.raw_pods)
        self.own_scales.note(seen.replicas)
        await self._world.kube.scale(sight.namespace, sight.spec.target_ref, decision.replicas)
        up = decision.replicas > seen.replicas
        metrics.SCALES.labels(sight.namespace, sight.name, "up" if up else "down").inc()
        note = f"{seen.replicas} -> {decision.replicas} pods: {decision.message}"
        await self._world.events.normal(sight.pool, "ScaledUp" if up else "ScaledDown", note)

    async def _evict(self, sight: Sight, seen: Observation, decision: Decision) -> None:
        timeout = sight.spec.behavior.scale_down.drain_timeout
        for pod in evictable(seen, decision.release, timeout):
            if await self.care.evict(sight, pod):
                self._victims.excuse(pod)

    async def _report_wrong_victims(self, sight: Sight) -> None:
        for pod in self._victims.wrong(sight.raw_pods):
            metrics.WRONG_VICTIMS.labels(sight.namespace, sight.name).inc()
            note = f"pod {pod} went instead of a drained one"
            await self._world.events.warning(sight.pool, "WrongVictim", note)


def _control(sight: Sight) -> RemoteControl | None:
    """None when the broker does not answer: then nothing is asked of workers either."""
    broker = sight.look.broker
    if broker is None or sight.work is None:
        return None
    return RemoteControl(broker.client, sight.keys, broker.database)


def _rolls(sight: Sight) -> bool:
    """Whether pods of an older template are there, which only a ReplicaSet picks by their cost."""
    status = (sight.target or {}).get("status") or {}
    old = int(status.get("replicas", 0)) - int(status.get("updatedReplicas", 0))
    return sight.spec.target_ref.kind == "Deployment" and old > 0
