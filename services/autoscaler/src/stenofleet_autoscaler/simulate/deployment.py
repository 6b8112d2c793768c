"""The target: pods that come, go, crash and are killed."""

import itertools
import random
from collections.abc import Callable

from stenofleet_autoscaler.simulate.clock import Clock
from stenofleet_autoscaler.simulate.meter import Meter
from stenofleet_autoscaler.simulate.pod import Delivery, SimPod
from stenofleet_autoscaler.simulate.replicaset import victims
from stenofleet_autoscaler.simulate.setting import Setting

Ready = Callable[[], None]
Lost = Callable[[Delivery], None]

BACK_OFF = 10.0
"""Seconds, doubled each time, before a container that died again is restarted (kubelet's)."""

LONGEST_BACK_OFF = 300.0


class Deployment:
    """A Deployment of Celery workers.

    Attributes:
        pods: those that are not gone, the terminating included.
        wanted: what `replicas` says.
        start_slots: the concurrency that a worker starts with.
        on_ready: called when a pod becomes ready.
        on_lost: called with each delivery whose worker died with it.
    """

    def __init__(self, clock: Clock, setting: Setting, meter: Meter, dice: random.Random) -> None:
        self.pods: list[SimPod] = []
        self.wanted = setting.pods
        self.start_slots = setting.slots
        self.on_ready: Ready = lambda: None
        self.on_lost: Lost = lambda _: None
        self._clock, self._setting, self._meter, self._dice = clock, setting, meter, dice
        self._numbers = itertools.count(1)

    @property
    def alive(self) -> list[SimPod]:
        """Pods that were not deleted."""
        return [pod for pod in self.pods if not pod.terminating]

    @property
    def running(self) -> int:
        """Tasks that run."""
        return sum(len(pod.running) for pod in self.pods)

    def scale(self, replicas: int, after: float = 0.0) -> None:
        """Patches `replicas`, `after` so many seconds."""
        if replicas == self.wanted:
            return
        self.wanted = replicas
        patched = self._clock.now + after
        self._meter.changes.append((patched, replicas))
        self._clock.at(patched + self._setting.react, self._reconcile)

    def resize(self, pod: SimPod, slots: int) -> None:
        """Changes the pod's concurrency; what runs above it runs on."""
        if slots != pod.slots:
            pod.slots = slots
            self._meter.resizes += 1

    def begin_with(self, count: int) -> None:
        """So many pods are there from the start, and ready."""
        self.wanted = count
        for _ in range(count):
            self._new_pod(boot=0.0).ready = True

    def end_if_idle(self, pod: SimPod) -> None:
        """A worker that was told to stop ends once it runs nothing."""
        if pod.terminating and not pod.running:
            self._clock.at(self._clock.now + self._setting.exit, self._gone, pod)

    def crash(self, pod: SimPod) -> None:
        """The pod's container dies, and is started again."""
        self._meter.crashed += len(pod.running)
        self._lose(pod)
        if pod.terminating:
            self._gone(pod)
            return
        pause = BACK_OFF * 2 ** (pod.restarts - 1) if pod.restarts else 0.0
        pod.ready, pod.restarts = False, pod.restarts + 1
        again = self._clock.now + min(pause, LONGEST_BACK_OFF) + self._setting.boot
        self._clock.at(again, self._boot_up, pod)

    def _reconcile(self, _: None) -> None:
        alive = self.alive
        for _each in range(self.wanted - len(alive)):
            pod = self._new_pod(self._setting.boot)
            self._clock.at(pod.ready_at, self._boot_up, pod)
        for pod in victims(alive, max(0, len(alive) - self.wanted), self._clock.now):
            self._delete(pod)

    def _new_pod(self, boot: float) -> SimPod:
        number, now = next(self._numbers), self._clock.now
        pod = SimPod.make(number, now, self.start_slots, boot, self._dice)
        self.pods.append(pod)
        return pod

    def _boot_up(self, pod: SimPod) -> None:
        if pod in self.pods:
            pod.ready, pod.ready_at, pod.idle_since = True, self._clock.now, self._clock.now
            self.on_ready()

    def _delete(self, pod: SimPod) -> None:
        pod.terminating = True
        if not pod.ready:
            self._gone(pod)
        elif pod.running:
            self._clock.at(self._clock.now + self._setting.grace, self._kill, pod)
        else:
            self.end_if_idle(pod)

    def _kill(self, pod: SimPod) -> None:
        if pod in self.pods and pod.running:
            self._meter.cut += len(pod.running)
            self._lose(pod)
            self._gone(pod)

    def _gone(self, pod: SimPod) -> None:
        if pod in self.pods:
            self.pods.remove(pod)

    def _lose(self, pod: SimPod) -> None:
        lost = list(pod.running.values())
        pod.running.clear()
        for delivery in lost:
            delivery.died = self._clock.now
            self.on_lost(delivery)
