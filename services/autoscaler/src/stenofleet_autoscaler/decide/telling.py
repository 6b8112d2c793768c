"""A decision in words and figures."""

from stenofleet_autoscaler.decide.demand import Demand
from stenofleet_autoscaler.decide.levers import has_no_node
from stenofleet_autoscaler.decide.want import Want
from stenofleet_autoscaler.model import Observation, Work


def reason_for(seen: Observation, want: Want, replicas: int) -> str:
    """One word for the size."""
    if seen.held_replicas is not None:
        return "ManualHold"
    if replicas > want.pods:
        return "Draining" if seen.settled else "RolloutInProgress"
    if want.raw > want.most:
        return "AtMaximum"
    if has_no_node(seen):
        return "CapacityLimited"
    if want.slots > want.raw:
        return "QuietWindow"
    return "Demand" if want.slots else "Idle"


def message_for(want: Want, concurrency: int | None) -> str:
    """The same in a sentence."""
    each = f" at concurrency {concurrency}" if concurrency else ""
    work = f"{want.demand.due} queued, {want.demand.in_flight} in flight"
    return f"{work}: {want.slots} slots on {want.pods} pods{each}"


def inputs_of(seen: Observation, demand: Demand | None) -> tuple[tuple[str, float | None], ...]:
    """What a decision was made from, by name; times in seconds."""
    serving = [pod for pod in seen.pods if pod.serves]
    told: dict[str, float | None] = {
        "replicas": seen.replicas,
        "pods ready": len(serving),
        "pods draining": sum(pod.drain is not None for pod in seen.pods),
        "pods without a node": sum(not pod.assigned for pod in seen.pods),
        "slots ready": sum(pod.slots or 0 for pod in serving),
        "useful slots a pod": seen.useful_slots,
        "boot seconds": seen.boot_seconds,
        "unknown for seconds": seen.unknown_for or None,
    }
    return tuple({**told, **_of_work(seen.work), **_of_demand(demand)}.items())


def _of_work(work: Work | None) -> dict[str, float | None]:
    if work is None:
        return {}
    return {
        "queued": work.queued,
        "scheduled": work.scheduled,
        "delivered": work.delivered,
        "orphaned": work.orphaned,
        "oldest wait seconds": work.oldest_wait,
        "mean run seconds": work.mean_seconds,
        "tasks a second": work.rate,
    }


def _of_demand(demand: Demand | None) -> dict[str, float | None]:
    if demand is None:
        return {}
    return {
        "in flight": demand.in_flight,
        "slots for the backlog": demand.backlog,
        "slots for what will come": demand.staffing,
        "slots for lists": demand.lists,
    }
