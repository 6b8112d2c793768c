"""The figures of one pool: gauges, unknown when nobody knows them, and counters that begin at 0."""

from collections.abc import Iterable, Mapping
from typing import Final

from prometheus_client import Counter, Gauge
from stenofleet.telemetry import begin_at_zero

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.decide import Decision
from stenofleet_autoscaler.drain_ends import OUTCOMES
from stenofleet_autoscaler.status import Condition

NAN: Final = float("nan")

OF_A_POOL: Final = (
    metrics.QUEUED,
    metrics.SCHEDULED,
    metrics.DELIVERED,
    metrics.ACTIVE,
    metrics.IN_FLIGHT,
    metrics.ORPHANED,
    metrics.LIST_ITEMS,
    metrics.OLDEST_WAIT,
    metrics.OBJECTIVE,
    metrics.EXPECTED_WORK,
    metrics.TASK_MEAN,
    metrics.ARRIVALS,
    metrics.SLOTS_WANTED,
    metrics.SLOTS_READY,
    metrics.REPLICAS,
    metrics.REPLICAS_WANTED,
    metrics.REPLICAS_MIN,
    metrics.REPLICAS_MAX,
    metrics.READY_PODS,
    metrics.CONCURRENCY_WANTED,
    metrics.CONCURRENCY_LOWEST,
    metrics.CONCURRENCY_HIGHEST,
    metrics.DRAINING,
    metrics.OLDEST_DRAIN,
    metrics.DRAIN_TIMEOUT,
    metrics.BROKER_UP,
    metrics.ROUND_TRIP,
)
"""Those that only the pool's labels tell apart."""

COUNTED: Final[Mapping[Counter, tuple[tuple[str, ...], ...]]] = {
    metrics.SCALES: (("up",), ("down",)),
    metrics.RESIZES: (("done",), ("refused",)),
    metrics.DRAIN_TIMEOUTS: ((),),
    metrics.WRONG_VICTIMS: ((),),
    metrics.FAILURES: ((),),
    metrics.GIVEN_BACK: ((),),
    metrics.RESTARTS: ((),),
}
"""Counters with the values of their further labels: they stand at 0 before the first event."""

OF_EVENTS: Final = (metrics.CONDITION, metrics.DECISION, metrics.DECISIONS, metrics.DRAINS)
"""Those with labels that come with what happens."""

_TRUTH: Final = {"True": 1.0, "False": 0.0}

Figures = Mapping[Gauge, float | None]


def forget(namespace: str, pool: str) -> None:
    """Takes the figures of a pool away that is gone, or another replica's."""
    for gauge in OF_A_POOL:
        gauge.remove(namespace, pool)
    for counter, values in COUNTED.items():
        for more in values:
            counter.remove(namespace, pool, *more)
    for figure in OF_EVENTS:
        figure.remove_by_labels({"namespace": namespace, "pool": pool})


class PoolGauges:
    """The figures of one pool; looking them up by their labels each time would cost more."""

    def __init__(self, namespace: str, pool: str) -> None:
        self._pool = (namespace, pool)
        self._children = {gauge: gauge.labels(namespace, pool) for gauge in OF_A_POOL}
        self._set: dict[Gauge, float | None] = {}
        self._conditions: dict[str, str] = {}
        self._decided: tuple[str, int, int | None] | None = None
        self._drains = False
        for counter, values in COUNTED.items():
            begin_at_zero(counter, ((*self._pool, *more) for more in values))
        self.unknown()

    def set(self, figures: Figures) -> None:
        """What is None is not known: NaN, not zero."""
        for gauge, value in figures.items():
            if gauge not in self._set or self._set[gauge] != value:
                self._set[gauge] = value
                self._children[gauge].set(NAN if value is None else value)

    def unknown(self) -> None:
        """Nothing is looked at: what was known is no more."""
        self.set(dict.fromkeys(OF_A_POOL))

    def conditions(self, facts: Iterable[Condition]) -> None:
        """What the pool's status says."""
        told = {fact.type: fact.status for fact in facts}
        for gone in self._conditions.keys() - told.keys():
            metrics.CONDITION.remove(*self._pool, gone)
        for name, status in told.items():
            if self._conditions.get(name) != status:
                metrics.CONDITION.labels(*self._pool, name).set(_TRUTH.get(status, NAN))
        self._conditions = told

    def decided(self, decision: Decision) -> None:
        """Counts a decision that is another than the last one."""
        now = (decision.reason, decision.pods, decision.concurrency)
        if now == self._decided:
            return
        before, self._decided = self._decided, now
        if before is not None and before[0] != decision.reason:
            metrics.DECISION.remove(*self._pool, before[0])
        metrics.DECISION.labels(*self._pool, decision.reason).set(1)
        metrics.DECISIONS.labels(*self._pool, decision.reason).inc()

    def draining(self) -> None:
        """A drain is under way: from now on the ways in which it may end stand at 0.

        Not earlier: of a pool that never drains they would be more lines than all others.
        """
        if not self._drains:
            self._drains = True
            begin_at_zero(metrics.DRAINS, ((*self._pool, outcome) for outcome in OUTCOMES))

    def drained(self, outcome: str, seconds: float) -> None:
        """A drain has ended."""
        metrics.DRAINS.labels(*self._pool, outcome).observe(seconds)
