"""What Prometheus reads: all that moves too fast for a status."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from stenofleet.telemetry.connections import redis_connections

POOL = ("namespace", "pool")

registry = CollectorRegistry()
registry.register(redis_connections)
ProcessCollector(registry=registry)


def _gauge(name: str, text: str, labels: tuple[str, ...] = POOL) -> Gauge:
    return Gauge(f"stenofleet_{name}", f"{text}.", labels, registry=registry)


def _counter(name: str, text: str, labels: tuple[str, ...] = POOL) -> Counter:
    return Counter(f"stenofleet_{name}", f"{text}.", labels, registry=registry)


QUEUED = _gauge("pool_queued_tasks", "Tasks queued and due, over all priority lists")
SCHEDULED = _gauge("pool_scheduled_tasks", "Queued tasks whose time has not come")
DELIVERED = _gauge("pool_delivered_tasks", "Tasks delivered and not acknowledged")
ACTIVE = _gauge("pool_active_tasks", "Tasks that the workers say they run")
IN_FLIGHT = _gauge("pool_in_flight_tasks", "Tasks that the last decision counted as running")
ORPHANED = _gauge("pool_orphaned_tasks", "Delivered tasks whose worker is gone for certain")
LIST_ITEMS = _gauge("pool_list_items", "Items in the plain lists that feed the pool's tasks")
OLDEST_WAIT = _gauge(
    "pool_oldest_wait_seconds", "How long the oldest queued task has waited; 0 without one"
)
OBJECTIVE = _gauge("pool_objective_wait_seconds", "How long a task may wait, by the pool's spec")
EXPECTED_WORK = _gauge(
    "pool_expected_work_seconds", "How long all that is queued will run, as was learned"
)
TASK_MEAN = _gauge("pool_task_mean_seconds", "How long a task runs on average, as was learned")
ARRIVALS = _gauge("pool_arrival_rate", "Tasks that come in, a second, over the last minutes")
SLOTS_WANTED = _gauge("pool_slots_wanted", "Slots that the demand calls for, within bounds")
SLOTS_READY = _gauge("pool_slots_ready", "Slots of the ready pods that take tasks")
REPLICAS = _gauge("pool_replicas", "Pods of the target")
REPLICAS_WANTED = _gauge("pool_replicas_wanted", "Pods that the pool should come to")
REPLICAS_MIN = _gauge("pool_replicas_min", "Fewest pods, by the pool's spec")
REPLICAS_MAX = _gauge("pool_replicas_max", "Most pods, by the pool's spec")
READY_PODS = _gauge("pool_ready_pods", "Ready pods that take tasks")
CONCURRENCY_WANTED = _gauge(
    "pool_concurrency_wanted", "Tasks at once in a pod, as decided; unknown when it is left alone"
)
CONCURRENCY_LOWEST = _gauge(
    "pool_concurrency_lowest", "Tasks at once in the pod that takes the fewest"
)
CONCURRENCY_HIGHEST = _gauge(
    "pool_concurrency_highest", "Tasks at once in the pod that takes the most"
)
DRAINING = _gauge("pool_draining_pods", "Pods on their way out")
OLDEST_DRAIN = _gauge(
    "pool_oldest_drain_seconds", "How long the longest drain lasts so far; 0 without one"
)
DRAIN_TIMEOUT = _gauge("pool_drain_timeout_seconds", "How long a drain may last, by the spec")
BROKER_UP = _gauge("pool_broker_up", "1 while the pool's broker answers")
ROUND_TRIP = _gauge(
    "pool_broker_round_trip_seconds", "How long the broker took for the last look at it"
)
CONDITION = _gauge(
    "pool_condition",
    "Conditions of the pool's status: 1 is True, 0 is False, NaN is Unknown",
    (*POOL, "condition"),
)
DECISION = _gauge(
    "pool_decision_info", "1 for the reason of the decision that stands", (*POOL, "reason")
)
DECISIONS = _counter(
    "pool_decisions_total",
    "Decisions that changed the reason, the pods or the concurrency",
    (*POOL, "reason"),
)
SCALES = _counter("pool_scales_total", "Changes of the target's replicas", (*POOL, "direction"))
RESIZES = _counter("pool_resizes_total", "Changes of a pod's concurrency", (*POOL, "result"))
DRAINS = Histogram(
    "stenofleet_pool_drain_duration_seconds",
    "How long drains took that have ended: emptied, timed_out, undone, or lost with their pod.",
    (*POOL, "outcome"),
    buckets=(1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200),
    registry=registry,
)
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
    "Time from the beginning of a tick until all pools of all brokers that answer have ticked.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=registry,
)
LATENESS = _gauge("autoscaler_tick_lateness_seconds", "How late the last tick began", ())
LEADER = _gauge("autoscaler_leader", "1 while this replica of the operator is the leader", ())
API_CALLS = _counter(
    "autoscaler_api_calls_total", "Calls to the API server beside watches", ("kind",)
)
API_FAILURES = _counter(
    "autoscaler_api_failures_total",
    "Calls that the API server refused, by HTTP status, or did not answer: none",
    ("code",),
)
