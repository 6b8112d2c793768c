"""Which pods of a StatefulSet may go: it takes the highest ordinals, and asks for no other order.

``k8s.io/kubernetes/pkg/controller/statefulset: stateful_set_control.go``.
"""

import itertools
from collections.abc import Collection, Sequence

from stenofleet_autoscaler.model import Pod


def highest_first(pods: Sequence[Pod]) -> list[Pod]:
    """The pods in the order in which they go."""
    return sorted(pods, key=_ordinal, reverse=True)


def lowest_first(pods: Sequence[Pod]) -> list[Pod]:
    """The pods in the order in which they stay."""
    return sorted(pods, key=_ordinal)


def fallen(
    pods: Sequence[Pod], done: Collection[str], replicas: int, wanted: int
) -> tuple[int, list[Pod]]:
    """The lowest replicas at which only pods that are done go, and these pods.

    Args:
        pods: all that are there; an ordinal in between may be missing.
        done: names of those that may go.
        replicas: what the target's spec says.
        wanted: what it should come to.
    """
    order = highest_first(pods)
    going = list(itertools.takewhile(lambda pod: pod.name in done, order))
    first = _first_ordinal(pods, replicas)
    needed = _ordinal(order[len(going)]) + 1 - first if len(going) < len(order) else 0
    left = min(replicas, max(wanted, needed))
    return left, [pod for pod in going if _ordinal(pod) - first >= left]


def _first_ordinal(pods: Sequence[Pod], replicas: int) -> int:
    """``spec.ordinals.start``, seen where all pods are there; 0, the lowest it can be, is safe."""
    return min(map(_ordinal, pods), default=0) if len(pods) >= replicas else 0


def _ordinal(pod: Pod) -> int:
    return pod.ordinal or 0
