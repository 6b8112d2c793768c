"""From slots to pods, and to the concurrency of the pods that are there."""

import math
from collections.abc import Sequence

from stenofleet_autoscaler.decide.decision import Trail
from stenofleet_autoscaler.model import Observation, Pod
from stenofleet_autoscaler.spec import PoolSpec

UNSCHEDULABLE = "Unschedulable"


def slots_per_pod(seen: Observation, spec: PoolSpec) -> int:
    """Slots that a pod can usefully have: what its worker has where it cannot be resized."""
    if not seen.resizable:
        return max((pod.slots for pod in seen.pods if pod.slots), default=spec.concurrency.min)
    knee = spec.concurrency.max if seen.useful_slots is None else seen.useful_slots
    return max(spec.concurrency.min, min(knee, spec.concurrency.max))


def ready_slots(seen: Observation, spec: PoolSpec) -> int:
    """Slots that the pods that serve can be brought to."""
    useful = slots_per_pod(seen, spec)
    return sum(_room(pod, useful) for pod in seen.pods if pod.serves)


def _room(pod: Pod, useful: int) -> int:
    return useful if pod.most_slots is None else max(1, min(useful, pod.most_slots))


def has_no_node(seen: Observation) -> bool:
    """Whether a pod finds no node: more pods would wait beside it."""
    return any(pod.trouble == UNSCHEDULABLE for pod in seen.pods)


def within(spec: PoolSpec, pods: int) -> int:
    """The count of pods within the pool's bounds."""
    return max(spec.min_replicas, min(pods, spec.max_replicas))


def pods_for(slots: int, seen: Observation, spec: PoolSpec, trail: Trail) -> int:
    """Pods for the slots, within bounds; none is added while one finds no node."""
    pods = trail.note("slots to pods", slots, _pods_holding(slots, seen, spec))
    pods = trail.note("minReplicas to maxReplicas", pods, within(spec, pods))
    if has_no_node(seen):
        there = max(seen.replicas, spec.min_replicas)
        return trail.note("no node for more pods", pods, min(pods, there))
    return pods


def _pods_holding(slots: int, seen: Observation, spec: PoolSpec) -> int:
    """Pods whose slots are enough: those that a node holds short count for what they have."""
    useful = slots_per_pod(seen, spec)
    rooms = sorted((_room(pod, useful) for pod in seen.pods if pod.drain is None), reverse=True)
    short = [room for room in rooms if room < useful]
    full = math.ceil(slots / useful)
    if not short or full <= len(rooms) - len(short):
        return full
    missing = max(0, slots - sum(rooms))
    return len(rooms) + math.ceil(missing / useful) if missing else _fewest(slots, rooms)


def _fewest(slots: int, rooms: Sequence[int]) -> int:
    held, pods = 0, 0
    while held < slots:
        held, pods = held + rooms[pods], pods + 1
    return pods


def concurrency_for(
    slots: int,
    serving: Sequence[Pod],
    bounds: tuple[int, int],
    trail: Trail,
    *,
    may_lower: bool,
) -> int | None:
    """Tasks at a time for each pod that serves; None when there is none.

    It follows the pods that are there, so it rises at once while others still boot.

    Args:
        slots: slots wanted.
        serving: the pods that are ready and take tasks.
        bounds: fewest and most tasks of a pod.
        trail: where each rule is noted.
        may_lower: the scale-down window is over, and no pod is still coming.
    """
    if not serving:
        return None
    share = trail.note("slots to concurrency", slots, math.ceil(slots / len(serving)))
    low, high = bounds
    wanted = trail.note("concurrency.min to max", share, max(low, min(share, high)))
    present = max((pod.slots for pod in serving if pod.slots), default=wanted)
    if wanted < present and not may_lower:
        return trail.note("concurrency waits to fall", wanted, max(low, min(present, high)))
    return wanted
