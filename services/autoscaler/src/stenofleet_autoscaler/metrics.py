"""What Prometheus reads: all that moves too fast for a status."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

POOL = ("namespace", "pool")
NAN = float("nan")

registry = CollectorRegistry()


def _gauge(name: str, text: str, labels: tuple[str, ...] = POOL) -> Gauge:
    return Gauge(f"stenofleet_{name}", text, labels, registry=registry)


def _counter(name: str, text: str, labels: tuple[str, ...] = POOL) -> Counter:
    return Counter(f"stenofleet_{name}", text, labels, registry=registry)


QUEUED = _gauge("pool_queued_tasks", "Tasks queued and due, over all priority lists")
SCHEDULED = _gauge("pool_scheduled_tasks", "Queued tasks whose time has not come")
DELIVERED = _gauge("pool_delivered_tasks", "Tasks delivered and not acknowledged")
ACTIVE = _gauge("pool_active_tasks", "Tasks that the workers say they run")
OLDEST_WAIT = _gauge("pool_oldest_wait_seconds", "How long the oldest queued task has waited")
SLOTS_WANTED = _gauge("pool_slots_wanted", "Slots that the demand calls for, within bounds")
SLOTS_READY = _gauge("pool_slots_ready", "Slots of the ready pods that take tasks")
REPLICAS = _gauge("pool_replicas", "Pods of the target")
REPLICAS_WANTED = _gauge("pool_replicas_wanted", "Pods that the pool should come to")
DRAINING = _gauge("pool_draining_pods", "Pods on their way out")
BROKER_UP = _gauge("pool_broker_up", "1 while the pool's broker answers")
SCALES = _counter("pool_scales_total", "Changes of the target's replicas", (*POOL, "direction"))
RESIZES = _counter("pool_resizes_total", "Changes of a pod's concurrency", (*POOL, "result"))
DRAIN_TIMEOUTS = _counter("pool_drain_timeouts_total", "Pods let go before they were empty")
WRONG_VICTIMS = _counter(
    "pool_wrong_victims_total", "Pods deleted at a scale-down that were not the drained ones"
)
FAILURES = _counter("pool_tick_failures_total", "Ticks of a pool that ended in a defect of ours")
GIVEN_BACK = _counter(
    "pool_given_back_tasks_total", "Tasks given back to their queue, whose worker was gone"
)
RESTARTS = _counter("pool_restarted_consumers_total", "Pods restarted for their consumer stalled")
TICK = Histogram(
    "stenofleet_autoscaler_tick_seconds",
    "Time from the beginning of a tick until all pools of all brokers that answer have ticked",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=registry,
)
LATENESS = _gauge("autoscaler_tick_lateness_seconds", "How late the last tick began", ())
LEADER = _gauge("autoscaler_leader", "1 while this replica of the operator is the leader", ())
API_CALLS = _counter(
    "autoscaler_api_calls_total", "Calls to the API server beside watches", ("kind",)
)

_OF_A_POOL = (
    QUEUED,
    SCHEDULED,
    DELIVERED,
    ACTIVE,
    OLDEST_WAIT,
    SLOTS_WANTED,
    SLOTS_READY,
    REPLICAS,
    REPLICAS_WANTED,
    DRAINING,
    BROKER_UP,
)


def forget(namespace: str, pool: str) -> None:
    """Takes a deleted pool's gauges away."""
    for gauge in _OF_A_POOL:
        gauge.remove(namespace, pool)


class PoolGauges:
    """The gauges of one pool; looking them up by their labels each time would cost more."""

    def __init__(self, namespace: str, pool: str) -> None:
        self._children = {gauge: gauge.labels(namespace, pool) for gauge in _OF_A_POOL}

    def set(self, values: Mapping[Gauge, float | None]) -> None:
        """What is None is not known: NaN, not zero."""
        for gauge, value in values.items():
            self._children[gauge].set(NAN if value is None else value)
