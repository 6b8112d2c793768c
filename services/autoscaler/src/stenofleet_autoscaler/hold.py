"""A person's hold on a pool: seen, kept for a while, and given back.

The operator writes `spec.replicas` too, and beside it, in the same request, what it wrote. A
figure that differs is a person's; so is a scale of the target that somebody else than a machine
made. Annotations of a WorkerPool:

- `WRITTEN`: the replicas that the operator wrote last.
- `HELD` and `HOLD_UNTIL`: the replicas that a person asked for, and until when that stands, as
  ``2026-03-01T12:00:00Z``. Together, and while `HELD` is `spec.replicas`, they are a hold; whoever
  writes all three (`hold_patch`) holds the pool without further ado.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from stenofleet_autoscaler.durations import seconds
from stenofleet_autoscaler.spec import PoolSpec

WRITTEN = "stenofleet.io/written-replicas"
HELD = "stenofleet.io/held-replicas"
HOLD_UNTIL = "stenofleet.io/hold-until"

MANUAL_HOLD = "10m"
"""The CRD's default of ``spec.manualHold``."""

MACHINES = frozenset(
    {
        "stenofleet-autoscaler",
        "kube-controller-manager",  # a HorizontalPodAutoscaler
        "keda",
        "helm",
        "argocd-controller",
        "kustomize-controller",
        "helm-controller",
        "kubectl-client-side-apply",
        "before-first-apply",
    }
)
"""Managers of ``spec.replicas`` who are no person: ourselves, other scalers (that is a Conflict),
and whoever applies manifests."""

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Hold:
    """What a person asked for, and until when it stands (seconds since the epoch)."""

    replicas: int
    until: float

    @property
    def until_text(self) -> str:
        """As Kubernetes writes times."""
        return datetime.fromtimestamp(self.until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class TargetScale:
    """What a target's spec says of its replicas, and who wrote that last; None if nobody knows."""

    replicas: int
    manager: str | None


def hold_of(
    pool: Raw, spec: PoolSpec, now: float, target: TargetScale | None = None
) -> Hold | None:
    """The hold on the pool, one that begins now included; None when nobody holds it."""
    notes = _notes(pool)
    written = notes.get(WRITTEN)
    scaled = _scaled_by_person(notes, spec, target)
    if scaled is not None:
        return Hold(scaled, now + spec.manual_hold)
    if notes.get(HELD) == str(spec.replicas):
        until = _epoch(notes.get(HOLD_UNTIL, ""))
        return Hold(spec.replicas, until) if until > now else None
    if written is None or written == str(spec.replicas):
        return None
    return Hold(spec.replicas, now + spec.manual_hold)


def _scaled_by_person(
    notes: Mapping[str, str], spec: PoolSpec, target: TargetScale | None
) -> int | None:
    """The replicas, within bounds, that a person gave the target itself and nobody took up yet."""
    if target is None or target.manager is None or target.manager in MACHINES:
        return None
    asked = max(spec.min_replicas, min(target.replicas, spec.max_replicas))
    known = {str(spec.replicas), notes.get(HELD)}
    if WRITTEN not in notes or notes[WRITTEN] == str(target.replicas) or str(asked) in known:
        return None
    return asked


def patch_for(pool: Raw, spec: PoolSpec, hold: Hold | None, replicas: int) -> Raw | None:
    """What to merge into the pool so that it says what is so; None when it does already.

    It carries the version that it was made from: a person who scales meanwhile is not undone.
    """
    notes = _notes(pool)
    if hold is not None:
        if notes.get(HELD) == str(hold.replicas) and notes.get(HOLD_UNTIL) == hold.until_text:
            return None
        held = _patch(pool, {HELD: str(hold.replicas), HOLD_UNTIL: hold.until_text})
        return held if hold.replicas == spec.replicas else _with_replicas(held, hold.replicas)
    if notes.get(WRITTEN) == str(replicas) and spec.replicas == replicas and HELD not in notes:
        return None
    free: dict[str, str | None] = {WRITTEN: str(replicas), HELD: None, HOLD_UNTIL: None}
    return _with_replicas(_patch(pool, free), replicas)


def hold_patch(
    pool: Raw, replicas: int, until: float | None = None, now: float | None = None
) -> Raw:
    """What to merge into a pool to hold it at `replicas`.

    Args:
        pool: the WorkerPool's object.
        replicas: pods; the operator keeps them within the pool's bounds.
        until: when the hold ends, in seconds since the epoch; by default after ``manualHold``.
        now: seconds since the epoch; by default the clock's.
    """
    if until is None:
        begin = time.time() if now is None else now
        until = begin + seconds(pool["spec"].get("manualHold", MANUAL_HOLD))
    notes = {HELD: str(replicas), HOLD_UNTIL: Hold(replicas, until).until_text}
    return _with_replicas(_patch(pool, notes), replicas)


def resume_patch(pool: Raw) -> Raw:
    """What to merge into a pool so that nobody holds it; the operator goes on from its size."""
    replicas = str(pool["spec"].get("replicas", 0))
    return _patch(pool, {WRITTEN: replicas, HELD: None, HOLD_UNTIL: None})


def _patch(pool: Raw, annotations: Mapping[str, str | None]) -> dict[str, Any]:
    version = pool["metadata"]["resourceVersion"]
    return {"metadata": {"resourceVersion": version, "annotations": dict(annotations)}}


def _with_replicas(patch: dict[str, Any], replicas: int) -> dict[str, Any]:
    return {**patch, "spec": {"replicas": replicas}}


def _notes(pool: Raw) -> Mapping[str, str]:
    return pool["metadata"].get("annotations") or {}


def _epoch(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0
