"""What the work calls for, on its way to a decision."""

from dataclasses import dataclass

from stenofleet_autoscaler.decide.demand import Demand


@dataclass(frozen=True)
class Want:
    """Slots and pods within the pool's bounds.

    Attributes:
        demand: what the work calls for.
        raw: its slots, before any bound.
        most: slots that the pool can have.
        slots: slots that are wanted, stabilised.
        pods: pods for them, within bounds and steps.
        kept: pods that must stay until the scale-down window is over, drained or not.
        may_shrink: so much of a window was watched that a drain may begin.
    """

    demand: Demand
    raw: int
    most: int
    slots: int
    pods: int
    kept: int
    may_shrink: bool
