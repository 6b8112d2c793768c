"""Which pods go, and when they may: only those that are certain to hold no work."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stenofleet_autoscaler.model import Observation, Pod

UNKNOWN_IS_BUSY = 1_000_000
"""Tasks assumed of a worker that is silent, so that it is the last to be chosen."""


@dataclass(frozen=True)
class Plan:
    """What the target's spec should say, and what becomes of which pod; see `Decision`."""

    replicas: int
    drain: tuple[str, ...] = ()
    undrain: tuple[str, ...] = ()
    release: tuple[str, ...] = ()


def staying(seen: Observation) -> int:
    """Pods that are not on their way out, those included that are still to be made."""
    to_be_made = max(0, seen.replicas - len(seen.pods))
    return to_be_made + sum(pod.drain is None for pod in seen.pods)


def plan(wanted: int, seen: Observation, drain_timeout: float) -> Plan:
    """The way to the count of pods that is wanted.

    What grows first takes back pods that drain. What shrinks first drains: `replicas` falls only
    by pods that are done, and only when the ReplicaSet would choose just these. While the
    target's controller is behind its spec, or rolls out, nothing shrinks.
    """
    undrain = _taken_back(seen.pods, wanted - staying(seen))
    if not seen.settled:
        return Plan(max(wanted, seen.replicas), undrain=_names(undrain))
    drain = _chosen(seen.pods, staying(seen) - wanted)
    left = [replace(pod, drain=None) if pod in undrain else pod for pod in seen.pods]
    release = _releasable(left, seen.now, drain_timeout)
    total = max(seen.replicas, len(left))
    to_be_made = total - len(left)
    going = min(max(0, total - wanted), to_be_made + len(release))
    return Plan(
        replicas=max(wanted, min(seen.replicas, total - going)),
        drain=_names(drain),
        undrain=_names(undrain),
        release=_names(release[: max(0, going - to_be_made)]),
    )


def controllers_order(pods: Sequence[Pod]) -> list[Pod]:
    """The pods in the order in which the ReplicaSet deletes them.

    ``k8s.io/kubernetes/pkg/controller: ActivePodsWithRanks``: unassigned, pending, not ready,
    then the deletion cost. What it goes by after that is left out: among equals nothing is certain.
    """
    return sorted(pods, key=_rank)


def _rank(pod: Pod) -> tuple[bool, bool, bool, int]:
    return pod.assigned, not pod.pending, pod.ready, pod.cost


def _chosen(pods: Sequence[Pod], excess: int) -> list[Pod]:
    """Whom to drain: whom the controller takes anyway, then the emptiest, then the youngest."""
    candidates = [pod for pod in pods if pod.drain is None]
    return sorted(candidates, key=_expense)[: max(0, excess)]


def _expense(pod: Pod) -> tuple[bool, bool, bool, int, float, str]:
    active = pod.beat.active if pod.beat else UNKNOWN_IS_BUSY
    return pod.assigned, not pod.pending, pod.ready, active, -pod.created, pod.name


def _taken_back(pods: Sequence[Pod], missing: int) -> list[Pod]:
    """Whom to give tasks again: the busiest first, the pods that are nearly gone last."""
    draining = [pod for pod in pods if pod.drain is not None]
    return sorted(draining, key=_expense, reverse=True)[: max(0, missing)]


def _releasable(pods: Sequence[Pod], now: float, drain_timeout: float) -> list[Pod]:
    """The longest head of the controller's order that may go.

    Of two that it ranks alike, the one that must stay is taken to come first.
    """
    done = {pod.name for pod in pods if _may_go(pod, now, drain_timeout)}
    order = sorted(pods, key=lambda pod: (_rank(pod), pod.name in done, pod.name))
    return list(itertools.takewhile(lambda pod: pod.name in done, order))


def _may_go(pod: Pod, now: float, drain_timeout: float) -> bool:
    if pod.drain is None or not pod.drain.ranked:
        return False
    return pod.drain.empty or not pod.running or now - pod.drain.since >= drain_timeout


def _names(pods: Sequence[Pod]) -> tuple[str, ...]:
    return tuple(pod.name for pod in pods)
