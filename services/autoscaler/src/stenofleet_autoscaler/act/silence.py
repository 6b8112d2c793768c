"""Workers that never send heartbeats, as against one that has fallen silent."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from stenofleet_autoscaler.model import Pod

SILENT_FOR = 30.0
"""Seconds that a running pod may boot its worker and not be heard; Celery's beat is 2 s."""


@dataclass
class Silence:
    """Whether the pods of a pool were heard since they run.

    One pod that was heard is enough: then the app sends heartbeats, and a silent worker is
    unknown, which counts as busy. When no pod was, and one runs for `SILENT_FOR` seconds, the app
    sends none (``--without-heartbeat``), and nothing can prove that a pod is empty.
    """

    clock: Callable[[], float] = time.monotonic
    _running: dict[str, float] = field(default_factory=dict)
    _heard: set[str] = field(default_factory=set)

    def see(self, pods: Iterable[Pod], *, listening: bool) -> None:
        """Takes in the pool's pods; while the broker is away nobody can be heard."""
        running = {pod.name for pod in pods if pod.running}
        self._heard &= running
        self._heard |= {pod.name for pod in pods if pod.beat is not None}
        now = self.clock()
        known = self._running if listening else {}
        self._running = {name: known.get(name, now) for name in running}

    @property
    def total(self) -> bool:
        """Whether the workers send no heartbeats: condition ``DrainProtected=False``."""
        oldest = min(self._running.values(), default=self.clock())
        return not self._heard and self.clock() - oldest >= SILENT_FOR
