"""The guards of one pool together: fed each tick, and what they say."""

import time

from stenofleet_autoscaler.decide import Decision
from stenofleet_autoscaler.guards import capacity, visibility
from stenofleet_autoscaler.guards.hoarding import PrefetchHoarding
from stenofleet_autoscaler.guards.objective import WithinObjective
from stenofleet_autoscaler.guards.stalled import StalledConsumers, StalledPod
from stenofleet_autoscaler.guards.visibility import Limits, Longest
from stenofleet_autoscaler.learn import Learned
from stenofleet_autoscaler.model import Observation
from stenofleet_autoscaler.sense.target import grace_seconds
from stenofleet_autoscaler.sight import Sight
from stenofleet_autoscaler.status import Condition

NEARLY_ALL = 0.99
QUANTILES_AGAIN = 10.0
"""Seconds for which learned quantiles are good; they move slowly and there may be many names."""


class Guards:
    """What looks after the workers of one pool.

    Attributes:
        stalled: the pod whose consumer has stalled and is to be restarted now.
    """

    def __init__(self) -> None:
        self.stalled: StalledPod | None = None
        self._stalled = StalledConsumers()
        self._hoarding = PrefetchHoarding()
        self._objective = WithinObjective()
        self._within: Condition | None = None
        self._quantiles: dict[str, float] = {}
        self._quantiles_at = float("-inf")

    def see(self, sight: Sight, seen: Observation, learned: Learned, *, acts: bool) -> None:
        """Takes in a tick; a pool that does not act restarts nothing."""
        due = seen.work.queued if seen.work is not None and acts else None
        self.stalled = self._stalled.see(seen.now, due, seen.pods)
        self._hoarding.see(seen.now, seen.work, seen.pods)
        wait = sight.spec.objective.queue_wait
        self._within = self._objective.see(seen.now, seen.work, wait)
        if time.monotonic() - self._quantiles_at >= QUANTILES_AGAIN:
            self._quantiles_at = time.monotonic()
            self._quantiles = _quantiles(learned)

    def conditions(
        self, sight: Sight, seen: Observation | None, decision: Decision | None
    ) -> tuple[Condition, ...]:
        """What they say of the last tick; nothing of a pool that nothing is decided for."""
        if seen is None or decision is None or self._within is None:
            return ()
        return (
            self._within,
            self._stalled.condition(),
            self._hoarding.condition(),
            capacity.condition(seen.pods, decision.pods, decision.concurrency),
            visibility.condition(_limits(sight), _longest(sight, seen.now), self._quantiles),
        )


def _quantiles(learned: Learned) -> dict[str, float]:
    durations = learned.durations
    found = {name: durations.quantile(name, NEARLY_ALL) for name in durations.names()}
    return {name: seconds for name, seconds in found.items() if seconds is not None}


def _limits(sight: Sight) -> Limits:
    grace = grace_seconds(sight.target) if sight.target else 0.0
    return Limits(sight.spec.broker.visibility_timeout, grace)


def _longest(sight: Sight, now: float) -> Longest | None:
    """The delivery that its worker has had for the longest."""
    if sight.look.reading is None:
        return None
    readings = (sight.look.reading.in_flight.get(queue) for queue in sight.spec.demand.queues)
    oldest = [each.oldest for each in readings if each is not None and each.oldest is not None]
    if not oldest:
        return None
    first = min(oldest, key=lambda delivery: delivery.delivered_at)
    return Longest(first.task, now - first.delivered_at)
