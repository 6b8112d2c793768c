"""How many pods may come or go at once: `maxStep`."""

import math

from stenofleet_autoscaler.decide.decision import Trail
from stenofleet_autoscaler.decide.window import Window
from stenofleet_autoscaler.spec import Behavior, Step

PERIOD = 60.0
"""Seconds that a step counts for, where the stabilisation window is shorter."""


class StepLimits:
    """Holds the count of pods near what it was within the last window."""

    def __init__(self) -> None:
        self._fewest = Window(largest=False)
        self._most = Window(largest=True)

    def limit(self, now: float, present: int, pods: int, behavior: Behavior, trail: Trail) -> int:
        """The pods that may be wanted now.

        Args:
            now: seconds.
            present: pods that the target's spec asks for.
            pods: pods that are wanted.
            behavior: the steps, and the windows that they count for.
            trail: where each rule is noted.
        """
        up, down = behavior.scale_up, behavior.scale_down
        fewest = self._fewest.push(now, present, max(PERIOD, up.stabilization_window))
        most = self._most.push(now, present, max(PERIOD, down.stabilization_window))
        if up.max_step and pods > present:
            top = max(present, fewest + _size(up.max_step, fewest))
            pods = trail.note("scaleUp.maxStep", pods, min(pods, top))
        if down.max_step and pods < present:
            bottom = min(present, most - _size(down.max_step, most))
            pods = trail.note("scaleDown.maxStep", pods, max(pods, bottom))
        return pods


def _size(step: Step, pods: int) -> int:
    """Pods of a step; percent of none is one pod, or zero would stay zero for ever."""
    if step.pods is not None:
        return step.pods
    return max(1, math.floor(pods * (step.percent or 100) / 100))
