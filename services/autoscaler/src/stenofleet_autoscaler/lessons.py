"""Feeds what a pool learns from: what its workers' heartbeats and its broker tell."""

import time
from collections.abc import Collection, Iterable
from typing import Any

from stenofleet_autoscaler.learn import Learned
from stenofleet_autoscaler.model import Heartbeat, Pod
from stenofleet_autoscaler.sense.reading import Reading

ANY_TASK = "(any task)"
"""Stands for tasks whose names are not known when they end."""

ENOUGH = 5
"""Tasks begun, from which on their mean run time is told."""

MOST = 2
"""One of so many is enough to know the others by."""


class Lessons:
    """The teacher of one pool, tick by tick.

    Attributes:
        come: tasks that came since the tick before, as far as heartbeats tell by now.
    """

    def __init__(self, learned: Learned) -> None:
        self.learned = learned
        self._beats: dict[str, Heartbeat] = {}
        self._slots: dict[str, int | None] = {}
        self._started, self._total, self.come = 0, 0, 0
        self._since = time.time()
        self._unnamed = _Unnamed()

    @classmethod
    def of(cls, kept: Any) -> "Lessons":
        """Goes on from what was kept; from nothing where that cannot be read."""
        return cls(Learned.from_dict(kept))

    def see(
        self, now: float, pods: Iterable[Pod], queues: Collection[str], reading: Reading
    ) -> None:
        """Takes in a tick.

        Args:
            now: seconds since the epoch.
            pods: the pool's.
            queues: the queues of its demand.
            reading: what its broker said.
        """
        present = {pod.name: pod for pod in pods}
        self.learned.boots.look(present.values(), now)
        for each in reading.finished:
            if each.queue in queues:
                self.learned.durations.finished(each.task, each.seconds, each.work, reading.at)
                self._unnamed.named += 1
        for pod in present.values():
            self._see_pod(now, pod)
        self._beats = {name: beat for name, beat in self._beats.items() if name in present}
        self._unnamed.teach(self.learned, now)

    def arrived(self, now: float, queued: int) -> None:
        """Takes in how many tasks wait: with what was begun, that tells how many came."""
        self.learned.arrivals.saw(now, queued, self._started)
        total = queued + self._started
        self.come = max(0, total - self._total)
        self._total = max(self._total, total)

    def _see_pod(self, now: float, pod: Pod) -> None:
        before, beat = self._beats.get(pod.name), pod.beat
        if beat is None or beat == before:
            return
        self._beats[pod.name] = beat
        if before is None:
            self._started += beat.processed if pod.created > self._since else 0
            return
        if beat.processed < before.processed or beat.node != before.node:
            return
        begun, passed = beat.processed - before.processed, beat.at - before.at
        self._started += begun
        self._unnamed.add(begun, passed * (before.active + beat.active) / 2)
        if pod.slots == self._slots.get(pod.name) == beat.active == before.active:
            self.learned.knee.saw(beat.active, passed, begun, now)
        self._slots[pod.name] = pod.slots


class _Unnamed:
    """Run times of tasks that nobody sees end: they are acknowledged early, or too short for it.

    By Little's law their mean run time is the time that slots were busy over the tasks begun.

    Attributes:
        named: tasks that were seen to end in the meantime.
    """

    def __init__(self) -> None:
        self.named = 0
        self._begun = 0
        self._busy = 0.0

    def add(self, begun: int, busy: float) -> None:
        self._begun += begun
        self._busy += busy

    def teach(self, learned: Learned, now: float) -> None:
        if self._begun < ENOUGH:
            return
        if self.named * MOST < self._begun:
            learned.durations.finished(ANY_TASK, self._busy / self._begun, None, now)
        self.named, self._begun, self._busy = 0, 0, 0.0
