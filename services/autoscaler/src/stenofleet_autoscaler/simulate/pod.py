"""A pod with one worker in it."""

import random
from collections import deque
from dataclasses import dataclass, field

from stenofleet_autoscaler.simulate.trace import Task

HEARTBEAT = 2.0
"""Seconds between two heartbeats: ``celery.worker.heartbeat.Heart``'s default interval."""


@dataclass(slots=True)
class Delivery:
    """A task that a worker took.

    Attributes:
        task: the task.
        at: when it was taken.
        tag: its number; a task that is taken twice has two.
        died: when its worker died with it.
    """

    task: Task
    at: float
    tag: int
    died: float = 0.0


@dataclass(eq=False, slots=True)
class SimPod:
    """A pod and its worker.

    Attributes:
        uid: random, as Kubernetes' are; the ReplicaSet goes by it among equals.
        created: when it was made.
        slots: its worker's concurrency.
        ready_at: when it became ready, or will.
        consuming: its worker takes tasks.
        terminating: it was deleted.
        running: what it runs, by tag.
        processed: tasks that its worker took since it started.
        took_at: when it last took one.
        draining_since: set when the operator drains it.
        cost_at: when its deletion cost was set.
    """

    name: str
    uid: int
    created: float
    slots: int
    ready_at: float
    phase: float = 0.0
    ready: bool = False
    consuming: bool = True
    terminating: bool = False
    cost: int = 0
    restarts: int = 0
    running: dict[int, Delivery] = field(default_factory=dict)
    processed: int = 0
    took_at: float = -1.0
    idle_since: float = 0.0
    draining_since: float | None = None
    cost_at: float | None = None
    _told: deque[tuple[float, int, int]] = field(default_factory=deque)

    @classmethod
    def make(
        cls, number: int, now: float, slots: int, boot: float, dice: random.Random
    ) -> "SimPod":
        """A new pod that will be ready after its boot."""
        return cls(
            name=f"worker-{number}",
            uid=dice.getrandbits(32),
            created=now,
            slots=slots,
            ready_at=now + boot,
            phase=dice.uniform(0, HEARTBEAT),
        )

    @property
    def free(self) -> int:
        """Slots that could take a task now."""
        if not self.ready or not self.consuming or self.terminating:
            return 0
        return self.slots - len(self.running)

    def take(self, delivery: Delivery) -> None:
        """Begins to run it."""
        self.running[delivery.tag] = delivery
        self.processed += 1
        self.took_at = delivery.at
        self._changed(delivery.at)

    def end(self, tag: int, now: float) -> None:
        """What had the tag runs no more."""
        del self.running[tag]
        self.idle_since = now
        self._changed(now)

    def last_beat(self, now: float) -> tuple[float, int, int] | None:
        """The last heartbeat before now: when, active, processed; None before the first."""
        at = self.phase + HEARTBEAT * ((now - self.phase) // HEARTBEAT)
        if not self.ready or at < self.ready_at:
            return None
        while len(self._told) > 1 and self._told[1][0] <= at:
            self._told.popleft()
        if not self._told or self._told[0][0] > at:
            return at, 0, 0
        return at, self._told[0][1], self._told[0][2]

    def _changed(self, now: float) -> None:
        self._told.append((now, len(self.running), self.processed))
        # What is older than the last beat is told no more.
        while len(self._told) > 1 and self._told[1][0] <= now - HEARTBEAT:
            self._told.popleft()
