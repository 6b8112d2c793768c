"""A target, its broker and a scaler, in simulated time."""

import itertools
import math
import random
from dataclasses import replace
from typing import Protocol

from stenofleet_autoscaler.simulate.broker import SimBroker
from stenofleet_autoscaler.simulate.clock import Clock
from stenofleet_autoscaler.simulate.deployment import Deployment
from stenofleet_autoscaler.simulate.meter import Meter, Sample
from stenofleet_autoscaler.simulate.pod import Delivery, SimPod
from stenofleet_autoscaler.simulate.setting import Setting
from stenofleet_autoscaler.simulate.trace import Task, Trace

MOST_DELIVERIES = 3
"""A poison task is harmless the third time, as an app's own guard would make it."""

PATIENCE = 4 * 3600.0
"""Seconds without anything happening after which a simulation ends: tasks are stranded."""


class Scaler(Protocol):
    """What sets the replicas.

    Attributes:
        floor: pods that it never goes below: with so many and no work the simulation ends.
        grid: seconds between its looks when anything changed; None when it looks by its own clock.
    """

    floor: int
    grid: float | None

    def begin(self, world: "World") -> float:
        """Prepares the world; returns when to tick first."""

    def tick(self, world: "World") -> float:
        """Looks and acts; returns when to tick next."""

    def on_finish(self, delivery: Delivery, now: float) -> None:
        """A task ended well."""


class World:
    """Everything but the scaler.

    Attributes:
        changed_at: when anything last changed.
    """

    def __init__(self, trace: Trace, setting: Setting, scaler: Scaler) -> None:
        self.setting = setting
        self.clock = Clock()
        self.meter = Meter(step=max(0.5, trace.length / 2000))
        self.changed_at = 0.0
        self._dice = random.Random(setting.seed)  # noqa: S311 - a simulation, no secret
        self.target = Deployment(self.clock, setting, self.meter, self._dice)
        self.target.on_ready, self.target.on_lost = self._restore_due, self._lost
        self.broker = SimBroker()
        self._scaler = scaler
        self._tick_at = math.inf
        self._tags = itertools.count(1)
        # Copies, so that each is itself even when a trace names one object twice.
        self._tasks = [replace(task) for task in trace.tasks]
        self._times: dict[int, int] = {}
        self._load(trace)

    @property
    def now(self) -> float:
        """Seconds since the trace's beginning."""
        return self.clock.now

    @property
    def unacked(self) -> int:
        """Messages that were delivered and not acknowledged, those of dead workers included."""
        return self.target.running + len(self.broker.lost)

    def run(self) -> Meter:
        """Runs until all is done and the pool has come to its rest."""
        self._tick_at = self._scaler.begin(self)
        while not self._over():
            until = min(self.clock.next_at, self._tick_at)
            if until == math.inf:
                break
            self._pass(until)
            self._happen()
            self._hand_out()
        return self.meter

    def give_back(self, older_than: float) -> None:
        """Puts messages of workers that died longer ago back into their lists."""
        self.broker.give_back(lambda each: each.died <= self.now - older_than)

    def _load(self, trace: Trace) -> None:
        for task in self._tasks:
            self.clock.at(task.at, self.broker.publish, task)
        for begin, end in trace.outages:
            self.clock.at(begin, self.broker.go_away)
            self.clock.at(end, self._come_back)

    def _come_back(self, _: None) -> None:
        self.broker.come_back()
        self._restore_due()

    def _lost(self, delivery: Delivery) -> None:
        self.broker.lost.append(delivery)
        due = max(self.now, delivery.at + self.setting.visibility_timeout)
        self.clock.at(due, lambda _: self._restore_due())

    def _restore_due(self) -> None:
        """A worker that lives gives back what is older than the visibility timeout."""
        oldest = self.now - self.setting.visibility_timeout + 1e-6
        if any(pod.ready for pod in self.target.alive):
            self.broker.give_back(lambda each: each.at <= oldest)

    def _hand_out(self) -> None:
        """The worker that has waited longest gets the next one: Redis serves BRPOP in order."""
        while self.broker.up and len(self.broker):
            takers = (pod for pod in self.target.pods if pod.free > 0)
            pod = min(takers, key=lambda pod: (pod.took_at, self._dice.random()), default=None)
            if pod is None:
                return
            self._begin(pod, self.broker.pop())

    def _begin(self, pod: SimPod, task: Task) -> None:
        delivery = Delivery(task, self.now, next(self._tags))
        times = self._times[id(task)] = self._times.get(id(task), 0) + 1
        self.meter.started(self.now, self.now - task.at if times == 1 else None)
        pod.take(delivery)
        dies = task.poison and times < MOST_DELIVERIES
        ends = self.now + task.seconds
        self.clock.at(ends, self._crash if dies else self._end, (pod, delivery))

    def _end(self, which: tuple[SimPod, Delivery]) -> None:
        pod, delivery = which
        if delivery.tag in pod.running:
            pod.end(delivery.tag, self.now)
            self.meter.ended(self.now)
            self._scaler.on_finish(delivery, self.now)
            self.target.end_if_idle(pod)

    def _crash(self, which: tuple[SimPod, Delivery]) -> None:
        pod, delivery = which
        if delivery.tag in pod.running:
            self.target.crash(pod)

    def _happen(self) -> None:
        """Events come before the scaler's look at the same time."""
        if self.clock.next_at > self.now:
            self._tick_at = self._scaler.tick(self)
            return
        what, about = self.clock.pop()
        what(about)
        self.changed_at = self.now
        if grid := self._scaler.grid:
            self._tick_at = min(self._tick_at, (math.floor(self.now / grid) + 1) * grid)

    def _pass(self, until: float) -> None:
        if until <= self.now:
            return
        if self.meter.is_due(until):
            self.meter.samples.append(self._sample())
        idle = sum(max(0, pod.free) for pod in self.target.pods)
        self.meter.pass_time(until - self.now, len(self.target.pods), idle)
        self.clock.now = until

    def _over(self) -> bool:
        if self.meter.finished < len(self._tasks):
            return self.now - self.changed_at > PATIENCE and self.clock.next_at == math.inf
        return len(self.target.pods) <= self._scaler.floor

    def _sample(self) -> Sample:
        oldest = self.broker.oldest()
        return Sample(
            at=self.now,
            queued=len(self.broker),
            running=self.target.running,
            slots=sum(pod.slots for pod in self.target.alive if pod.ready),
            pods=len(self.target.pods),
            wait=0.0 if oldest is None else self.now - oldest,
        )
