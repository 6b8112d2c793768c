"""From slots to pods, and to the concurrency of the pods that are there."""

import math
from collections.abc import Sequence

from stenofleet_autoscaler.decide.decision import Trail
from stenofleet_autoscaler.model import Observation, Pod
from stenofleet_autoscaler.spec import PoolSpec


def slots_per_pod(seen: Observation, spec: PoolSpec) -> int:
    """Slots that a pod can be brought to: what its worker has where it cannot be resized."""
    if seen.resizable:
        return spec.concurrency.max
    return max((pod.slots for pod in seen.pods if pod.slots), default=spec.concurrency.min)


def within(spec: PoolSpec, pods: int) -> int:
    """The count of pods within the pool's bounds."""
    return max(spec.min_replicas, min(pods, spec.max_replicas))


def pods_for(slots: int, seen: Observation, spec: PoolSpec, trail: Trail) -> int:
    """Pods for the slots, within bounds."""
    pods = trail.note("slots to pods", slots, math.ceil(slots / slots_per_pod(seen, spec)))
    return trail.note("minReplicas to maxReplicas", pods, within(spec, pods))


def concurrency_for(
    slots: int,
    serving: Sequence[Pod],
    spec: PoolSpec,
    trail: Trail,
    *,
    may_lower: bool,
) -> int | None:
    """Tasks at a time for each pod that serves; None when there is none.

    It follows the pods that are there, so it rises at once while others still boot.
    """
    if not serving:
        return None
    share = trail.note("slots to concurrency", slots, math.ceil(slots / len(serving)))
    bounds = spec.concurrency
    wanted = trail.note("concurrency.min to max", share, max(bounds.min, min(share, bounds.max)))
    present = max((pod.slots for pod in serving if pod.slots), default=wanted)
    if wanted < present and not may_lower:
        return trail.note("concurrency waits to fall", wanted, min(present, bounds.max))
    return wanted
