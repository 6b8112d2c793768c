"""Demand over the stabilisation windows: what has to last before it is answered."""

from dataclasses import dataclass

from stenofleet_autoscaler.decide.window import Window
from stenofleet_autoscaler.spec import Behavior

DRAIN_SECONDS = 7.0
"""A drain that finds nothing to wait for: the worker's answer, up to 4 s until its second heartbeat
after that, a tick to see it, the mark that our watch has to show, and a second for the
controller's."""


@dataclass(frozen=True)
class Stable:
    """Demand that has lasted.

    Attributes:
        slots: what the pool is brought to, by drains that can be undone.
        kept: what it keeps until the whole scale-down window is over.
        drain_after: seconds after which a demand that is gone lets drains begin.
    """

    slots: int
    kept: int
    drain_after: float


class StableDemand:
    """The demand of the last windows.

    Drains begin so much before the end of the scale-down window that pods are empty when it ends:
    demand that comes back meanwhile undoes them by one message to each worker.
    """

    def __init__(self) -> None:
        self._lowest = Window(largest=False)
        self._highest = Window(largest=True)
        self._nearly = Window(largest=True)
        self._slots = 0

    def push(self, now: float, slots: int, behavior: Behavior) -> Stable:
        """Takes in the slots that are called for now."""
        window = behavior.scale_down.stabilization_window
        drain_after = window - min(DRAIN_SECONDS, window / 2)
        low = self._lowest.push(now, slots, behavior.scale_up.stabilization_window)
        kept = self._highest.push(now, slots, window)
        high = self._nearly.push(now, slots, drain_after)
        self._slots = max(low, min(self._slots, high))
        return Stable(self._slots, max(kept, self._slots), drain_after)
