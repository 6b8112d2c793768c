"""Always the same number of pods."""

import math

from stenofleet_autoscaler.simulate.pod import Delivery
from stenofleet_autoscaler.simulate.world import World


class Fixed:
    """So many pods, there from the start."""

    grid: float | None = None

    def __init__(self, pods: int) -> None:
        self.floor = pods

    def begin(self, world: World) -> float:
        """All are ready."""
        world.target.begin_with(self.floor)
        return math.inf

    def tick(self, world: World) -> float:  # noqa: ARG002 - a scaler's signature
        """Nothing is to be done."""
        return math.inf

    def on_finish(self, delivery: Delivery, now: float) -> None:
        """It learns nothing."""
