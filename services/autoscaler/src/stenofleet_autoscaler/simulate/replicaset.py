"""Which pods a ReplicaSet deletes first."""

import math
from collections.abc import Sequence

from stenofleet_autoscaler.simulate.pod import SimPod


def victims(pods: Sequence[SimPod], count: int, now: float) -> list[SimPod]:
    """The `count` pods that go when the replicas fall.

    ``k8s.io/kubernetes/pkg/controller/controller_utils.go: ActivePodsWithRanks.Less``: unassigned,
    pending, not ready, lower deletion cost, more pods on the same node (one node here, so equal),
    ready for a shorter time, more restarts, created later. Times are compared by the logarithm of
    the age in nanoseconds to base 2 (LogarithmicScaleDown, on since 1.22), and equals by UID.
    """
    return sorted(pods, key=lambda pod: _rank(pod, now))[:count]


def _rank(pod: SimPod, now: float) -> tuple[bool, int, int, int, int, int]:
    # Unassigned and pending are one here: pods that start have no container yet.
    since_ready = _bucket(now - pod.ready_at) if pod.ready else 0
    age = _bucket(now - pod.created)
    return pod.ready, pod.cost, since_ready, -pod.restarts, age, pod.uid


def _bucket(seconds: float) -> int:
    return int(math.log2(max(seconds, 1e-9) * 1e9))
