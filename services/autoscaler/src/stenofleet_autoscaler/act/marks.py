"""Annotations on pods: who is on the way out, who goes first, and who must not be disturbed.

They outlive the operator, so that another replica of it goes on. One patch a pod and tick at most.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from stenofleet_autoscaler.model import Heartbeat, Pod
from stenofleet_autoscaler.sense.pods import DELETION_COST, DRAINING_SINCE

LEAVES_FIRST = -1000
"""Deletion cost of a pod that may go; pods have 0 unless somebody says otherwise."""

LEAVES_LAST = 1000
"""Deletion cost of a busy pod in a rollout: the old ReplicaSet takes the idle ones first."""

BUSY = "stenofleet.io/busy"
"""Says that the two below are ours to take away."""

SAFE_TO_EVICT = "cluster-autoscaler.kubernetes.io/safe-to-evict"
DO_NOT_DISRUPT = "karpenter.sh/do-not-disrupt"
PROTECTED: Mapping[str, str] = {BUSY: "true", SAFE_TO_EVICT: "false", DO_NOT_DISRUPT: "true"}

IDLE_FOR = 30.0
"""Seconds without a task after which a pod is no longer busy: short tasks write no patches."""

Annotations = Mapping[str, str | None]


def mark(since: float) -> Annotations:
    """Of a pod that begins to drain, at seconds since the epoch."""
    return {DRAINING_SINCE: f"{since:.0f}"}


def rank() -> Annotations:
    """Of a pod that may go."""
    return {DELETION_COST: str(LEAVES_FIRST)}


def unmark() -> Annotations:
    """Of a pod that takes tasks again."""
    return {DRAINING_SINCE: None, DELETION_COST: None}


@dataclass
class Busy:
    """Which pods of a pool work, or did lately."""

    clock: Callable[[], float] = time.monotonic
    _idle: dict[str, tuple[Heartbeat, float]] = field(default_factory=dict)

    def changes(self, pod: Pod, present: Mapping[str, str], *, rolling: bool) -> Annotations:
        """What to merge into the pod's annotations; empty when they say what is so.

        A silent worker keeps the marks that it has. Marks that somebody else gave stay his.
        """
        if pod.drain is not None and pod.drain.empty:
            return _taken_off(present)
        busy = self._is_busy(pod)
        if busy is None:
            return {}
        shield = _put_on(present) if busy else _taken_off(present)
        return {**shield, **_cost(pod, rolling=rolling and busy)}

    def keep_only(self, pods: Collection[str]) -> None:
        """Forgets pods that are gone."""
        self._idle = {name: seen for name, seen in self._idle.items() if name in pods}

    def _is_busy(self, pod: Pod) -> bool | None:
        """None while that is not known, or not long enough."""
        if pod.beat is None:
            return None
        before, since = self._idle.get(pod.name, (pod.beat, self.clock()))
        busy = bool(pod.beat.active) or pod.beat.processed != before.processed
        since = self.clock() if busy else since
        self._idle[pod.name] = pod.beat, since
        return busy or (False if self.clock() - since >= IDLE_FOR else None)


def _put_on(present: Mapping[str, str]) -> Annotations:
    if any(name in present for name in PROTECTED):
        return {}
    return PROTECTED


def _taken_off(present: Mapping[str, str]) -> Annotations:
    return dict.fromkeys(PROTECTED) if BUSY in present else {}


def _cost(pod: Pod, *, rolling: bool) -> Annotations:
    """A cost that somebody else gave, or that a drain needs, stays."""
    if rolling and pod.cost == 0 and pod.drain is None:
        return {DELETION_COST: str(LEAVES_LAST)}
    if not rolling and pod.cost == LEAVES_LAST:
        return {DELETION_COST: None}
    return {}
