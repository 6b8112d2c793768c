"""A tick's figures for Prometheus, out of what was seen and decided."""

from collections.abc import Iterable
from typing import Final

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.decide import Decision
from stenofleet_autoscaler.gauges import Figures, PoolGauges
from stenofleet_autoscaler.model import Kind, Observation, Work
from stenofleet_autoscaler.sight import Sight
from stenofleet_autoscaler.spec import PoolSpec

OF_WORK: Final = (
    metrics.QUEUED,
    metrics.SCHEDULED,
    metrics.DELIVERED,
    metrics.ORPHANED,
    metrics.LIST_ITEMS,
    metrics.OLDEST_WAIT,
    metrics.EXPECTED_WORK,
    metrics.TASK_MEAN,
    metrics.ARRIVALS,
)
"""Unknown while the broker does not answer."""


def publish(gauges: PoolGauges, sight: Sight, seen: Observation, decision: Decision) -> None:
    """Sets the pool's gauges."""
    if any(pod.drain for pod in seen.pods):
        gauges.draining()
    broker = sight.look.broker
    gauges.set(
        {
            metrics.BROKER_UP: seen.work is not None,
            metrics.ROUND_TRIP: broker.round_trip if broker else None,
            metrics.SLOTS_WANTED: decision.slots,
            metrics.REPLICAS_WANTED: decision.pods,
            metrics.CONCURRENCY_WANTED: decision.concurrency,
            metrics.IN_FLIGHT: dict(decision.inputs).get("in flight"),
            **_of_pods(seen),
            **_of_spec(sight.spec),
            **_of_work(seen.work),
        }
    )
    gauges.decided(decision)


def _of_pods(seen: Observation) -> Figures:
    serving = [pod for pod in seen.pods if pod.serves]
    sizes = [pod.slots for pod in serving if pod.slots is not None]
    drains = [pod.drain for pod in seen.pods if pod.drain]
    return {
        metrics.REPLICAS: len(seen.pods),
        metrics.READY_PODS: len(serving),
        metrics.SLOTS_READY: sum(sizes),
        metrics.CONCURRENCY_LOWEST: min(sizes, default=None),
        metrics.CONCURRENCY_HIGHEST: max(sizes, default=None),
        metrics.ACTIVE: sum(pod.beat.active for pod in seen.pods if pod.beat),
        metrics.DRAINING: len(drains),
        metrics.OLDEST_DRAIN: max((seen.now - each.since for each in drains), default=0.0),
    }


def _of_spec(spec: PoolSpec) -> Figures:
    return {
        metrics.OBJECTIVE: spec.objective.queue_wait,
        metrics.REPLICAS_MIN: spec.min_replicas,
        metrics.REPLICAS_MAX: spec.max_replicas,
        metrics.DRAIN_TIMEOUT: spec.behavior.scale_down.drain_timeout,
    }


def _of_work(work: Work | None) -> Figures:
    if work is None:
        return dict.fromkeys(OF_WORK)
    return {
        metrics.QUEUED: work.queued,
        metrics.SCHEDULED: work.scheduled,
        metrics.DELIVERED: work.delivered,
        metrics.ORPHANED: work.orphaned,
        metrics.LIST_ITEMS: sum(items for items, _ in work.items),
        metrics.OLDEST_WAIT: work.oldest_wait or 0.0,
        metrics.EXPECTED_WORK: expected_work(work.kinds),
        metrics.TASK_MEAN: work.mean_seconds,
        metrics.ARRIVALS: work.rate,
    }


def expected_work(kinds: Iterable[Kind]) -> float | None:
    """Seconds that all of ``kinds`` will run; None when that of one of them was never learned."""
    seconds = 0.0
    for kind in kinds:
        if kind.seconds is None:
            return None
        seconds += kind.count * kind.seconds
    return seconds
