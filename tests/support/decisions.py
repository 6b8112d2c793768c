"""Pools and pods as decisions see them, for tests."""

from dataclasses import replace
from typing import Any

from stenofleet_autoscaler.model import Heartbeat, Observation, Pod, Work
from stenofleet_autoscaler.spec import PoolSpec

BASE: dict[str, Any] = {
    "targetRef": {"kind": "Deployment", "name": "workers"},
    "broker": {"urlSecretRef": {"name": "redis", "key": "url"}},
    "demand": {"queues": ["mail"]},
    "minReplicas": 0,
    "maxReplicas": 4,
    "concurrency": {"min": 1, "max": 2},
}


def spec(**changes: Any) -> PoolSpec:
    """A pool of at most 4 pods of 1 to 2 slots, but for the changes."""
    return PoolSpec.parse(BASE | changes)


def pod(name: str, active: int | None = 0, **changes: Any) -> Pod:
    """A ready pod of 2 slots that runs so many tasks; None is a silent worker."""
    beat = None if active is None else Heartbeat(at=0, active=active, processed=active)
    fresh = Pod(name=name, ready=True, beat=beat, slots=2)
    return replace(fresh, **changes)


def seen(*pods: Pod, queued: int = 0, delivered: int = 0, **changes: Any) -> Observation:
    """These pods, and so many tasks of which nothing more is known."""
    work = Work(queued=queued, delivered=delivered)
    fresh = Observation(now=1000, work=work, replicas=len(pods), pods=pods)
    return replace(fresh, **changes)
