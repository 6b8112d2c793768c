"""The HorizontalPodAutoscaler, v2, by its documented rules."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from stenofleet_autoscaler.simulate.pod import Delivery
from stenofleet_autoscaler.simulate.world import World

# https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ and the flags of
# kube-controller-manager; the rules are those of pkg/controller/podautoscaler/horizontal.go.

SYNC = 15.0
"""``--horizontal-pod-autoscaler-sync-period``."""

TOLERANCE = 0.1
"""``--horizontal-pod-autoscaler-tolerance``: a ratio so near to 1 changes nothing."""

UP_PODS = 4
UP_PERCENT = 100
"""Default behaviour: the larger of +4 pods and +100 % within 15 s (``selectPolicy: Max``)."""

ANSWER = 0.2
"""Seconds from a look to the patch that follows it: fitted to the 0.3, 0.7 and 1.0 s that were
measured from a task to the first change with a poll each second."""

DOWN_STABILISATION = 300.0
"""``--horizontal-pod-autoscaler-downscale-stabilization``."""


@dataclass(frozen=True)
class HpaRules:
    """An HPA's spec.

    Attributes:
        per_pod: the metric's target for one pod (``AverageValue``).
        up_pods, up_percent: how many pods may come in one sync, the larger of the two.
        up_window, down_window: stabilisation windows, in seconds.
    """

    per_pod: float
    most: int
    fewest: int = 1
    up_pods: int = UP_PODS
    up_percent: int = UP_PERCENT
    up_window: float = 0.0
    down_window: float = DOWN_STABILISATION


class Recommender:
    """What an HPA wants, from sync to sync."""

    def __init__(self, rules: HpaRules) -> None:
        self.rules = rules
        self._past: deque[tuple[float, int]] = deque()

    def desired(self, now: float, current: int, metric: float) -> int:
        """Replicas for the metric's value over all pods."""
        rules = self.rules
        wanted = self._by_ratio(current, metric)
        if not self._past:
            self._past.append((now, current))  # ``recordInitialRecommendation``
        self._past.append((now, wanted))
        longest = max(rules.up_window, rules.down_window)
        while self._past[0][0] < now - longest:
            self._past.popleft()
        return max(rules.fewest, min(self._limited(now, current), rules.most))

    def _by_ratio(self, current: int, metric: float) -> int:
        rules = self.rules
        if current and abs(1 - metric / (rules.per_pod * current)) <= TOLERANCE:
            return current
        wanted = math.ceil(metric / rules.per_pod)
        return max(rules.fewest, min(wanted, rules.most))

    def _limited(self, now: float, current: int) -> int:
        rules = self.rules
        latest = self._past[-1][1]
        up = min([latest, *(n for at, n in self._past if at > now - rules.up_window)])
        down = max([latest, *(n for at, n in self._past if at > now - rules.down_window)])
        stable = up if current < up else min(current, down) if current > down else current
        grown = max(current + rules.up_pods, math.ceil(current * (1 + rules.up_percent / 100)))
        return min(stable, grown)


class Hpa:
    """An HPA with the queue's length as its metric, which an adapter serves.

    Scaling to zero is alpha there, so one pod stays. While the metric cannot be had nothing
    changes.
    """

    grid: float | None = None

    def __init__(
        self, rules: HpaRules, metric: Callable[[World], float], phase: float = SYNC
    ) -> None:
        self.floor = rules.fewest
        self._recommender = Recommender(rules)
        self._metric = metric
        self._phase = phase

    def begin(self, world: World) -> float:
        """At least its minimum is there, and its clock has some phase."""
        world.target.begin_with(max(world.target.wanted, self.floor))
        return self._phase

    def tick(self, world: World) -> float:
        """One sync."""
        sync(self._recommender, world, self._metric)
        return world.now + SYNC

    def on_finish(self, delivery: Delivery, now: float) -> None:
        """It learns nothing."""


def sync(recommender: Recommender, world: World, metric: Callable[[World], float]) -> None:
    """One look of an HPA; with no replicas it is switched off, without a metric it waits."""
    if world.target.wanted and world.broker.up:
        world.target.scale(
            recommender.desired(world.now, world.target.wanted, metric(world)), ANSWER
        )
