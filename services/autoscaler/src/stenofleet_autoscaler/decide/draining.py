"""Which pods go, and when they may: only those that are certain to hold no work."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stenofleet_autoscaler.decide import ordinals
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
    return to_be_made + sum(_stays(pod) for pod in seen.pods)


def _stays(pod: Pod) -> bool:
    return pod.drain is None and not pod.asked_to_go


def plan(
    wanted: int,
    seen: Observation,
    drain_timeout: float,
    most: int | None = None,
    kept: int = 0,
) -> Plan:
    """The way to the count of pods that is wanted.

    What grows first takes back pods that drain. What shrinks first drains: `replicas` falls only
    by pods that are done, and only when the controller would choose just these. While the target's
    controller is behind its spec, or rolls out, nothing shrinks.

    Args:
        wanted: pods that the pool should come to.
        seen: what is there.
        drain_timeout: seconds after which a pod may go that is not empty.
        most: the largest size of the pool; up to it there is one more pod for each that a person
            asked to go and that still works. None adds none.
        kept: below this `replicas` do not fall yet, whatever has drained: a drain takes a while,
            so it begins before the pods may go, and is undone when they are wanted after all.
    """
    asked = [pod.name for pod in seen.pods if pod.asked_to_go and pod.drain is None]
    undrain = _taken_back(seen.pods, wanted - staying(seen))
    if not seen.settled:
        return Plan(max(wanted, seen.replicas), tuple(asked), _names(undrain))
    drain = _chosen(seen.pods, staying(seen) - wanted)
    left = [replace(pod, drain=None) if pod in undrain else pod for pod in seen.pods]
    done = {pod.name for pod in left if _may_go(pod, seen.now, drain_timeout)}
    floor = max(wanted, min(kept, seen.replicas))
    replicas, release = _fallen(left, done, seen.replicas, floor, most)
    return Plan(replicas, (*asked, *_names(drain)), _names(undrain), _names(release))


def evictable(seen: Observation, release: Sequence[str], drain_timeout: float) -> tuple[str, ...]:
    """Pods that a person asked to go, that are done, and that no fall of the replicas takes."""
    return tuple(
        pod.name
        for pod in seen.pods
        if pod.asked_to_go and pod.name not in release and _may_go(pod, seen.now, drain_timeout)
    )


def _fallen(
    pods: Sequence[Pod], done: set[str], replicas: int, wanted: int, most: int | None
) -> tuple[int, list[Pod]]:
    """The replicas that there should be now, and the pods that go with them."""
    if _have_ordinals(pods):
        left, going = ordinals.fallen(pods, done, replicas, wanted)
        return max(wanted, left), going
    release = _releasable(pods, done)
    still = sum(pod.asked_to_go and pod not in release for pod in pods)
    needed = wanted if most is None else max(wanted, min(wanted + still, most))
    total = max(replicas, len(pods))
    to_be_made = total - len(pods)
    falls = min(max(0, total - needed), to_be_made + len(release))
    return max(needed, min(replicas, total - falls)), release[: max(0, falls - to_be_made)]


def _have_ordinals(pods: Sequence[Pod]) -> bool:
    return any(pod.ordinal is not None for pod in pods)


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
    candidates = [pod for pod in pods if _stays(pod)]
    if _have_ordinals(pods):
        return ordinals.highest_first(candidates)[: max(0, excess)]
    return sorted(candidates, key=_expense)[: max(0, excess)]


def _expense(pod: Pod) -> tuple[bool, bool, bool, int, float, str]:
    active = pod.beat.active if pod.beat else UNKNOWN_IS_BUSY
    return pod.assigned, not pod.pending, pod.ready, active, -pod.created, pod.name


def _taken_back(pods: Sequence[Pod], missing: int) -> list[Pod]:
    """Whom to give tasks again: the busiest first, the pods that are nearly gone last."""
    draining = [pod for pod in pods if pod.drain is not None and not pod.asked_to_go]
    if _have_ordinals(pods):
        return ordinals.lowest_first(draining)[: max(0, missing)]
    return sorted(draining, key=_expense, reverse=True)[: max(0, missing)]


def _releasable(pods: Sequence[Pod], done: set[str]) -> list[Pod]:
    """The longest head of the controller's order that may go.

    Of two that it ranks alike, the one that must stay is taken to come first.
    """
    order = sorted(pods, key=lambda pod: (_rank(pod), pod.name in done, pod.name))
    return list(itertools.takewhile(lambda pod: pod.name in done, order))


def _may_go(pod: Pod, now: float, drain_timeout: float) -> bool:
    """A StatefulSet knows no deletion cost, so none has to be seen there."""
    if pod.drain is None or not (pod.drain.ranked or pod.ordinal is not None):
        return False
    return pod.drain.empty or not pod.running or now - pod.drain.since >= drain_timeout


def _names(pods: Sequence[Pod]) -> tuple[str, ...]:
    return tuple(pod.name for pod in pods)
