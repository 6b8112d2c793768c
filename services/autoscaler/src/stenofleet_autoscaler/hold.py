"""A person's `kubectl scale` of a pool: seen, kept for a while, and given back.

The operator writes `spec.replicas` too, and beside it, in the same request, what it wrote. A
figure that differs is a person's.
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


def hold_of(pool: Raw, spec: PoolSpec, now: float) -> Hold | None:
    """The hold on the pool, one that begins now included; None when nobody holds it."""
    notes = pool["metadata"].get("annotations") or {}
    written = notes.get(WRITTEN)
    if notes.get(HELD) == str(spec.replicas):
        until = _epoch(notes.get(HOLD_UNTIL, ""))
        return Hold(spec.replicas, until) if until > now else None
    if written is None or written == str(spec.replicas):
        return None
    return Hold(spec.replicas, now + spec.manual_hold)


def patch_for(pool: Raw, spec: PoolSpec, hold: Hold | None, replicas: int) -> Raw | None:
    """What to merge into the pool so that it says what is so; None when it does already.

    It carries the version that it was made from: a person who scales meanwhile is not undone.
    """
    notes = pool["metadata"].get("annotations") or {}
    if hold is not None:
        if notes.get(HELD) == str(hold.replicas) and notes.get(HOLD_UNTIL) == hold.until_text:
            return None
        return _patch(pool, {HELD: str(hold.replicas), HOLD_UNTIL: hold.until_text})
    if notes.get(WRITTEN) == str(replicas) and spec.replicas == replicas and HELD not in notes:
        return None
    free: dict[str, str | None] = {WRITTEN: str(replicas), HELD: None, HOLD_UNTIL: None}
    return {**_patch(pool, free), "spec": {"replicas": replicas}}


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
    return {**_patch(pool, notes), "spec": {"replicas": replicas}}


def resume_patch(pool: Raw) -> Raw:
    """What to merge into a pool so that nobody holds it; the operator goes on from its size."""
    replicas = str(pool["spec"].get("replicas", 0))
    return _patch(pool, {WRITTEN: replicas, HELD: None, HOLD_UNTIL: None})


def _patch(pool: Raw, annotations: Mapping[str, str | None]) -> dict[str, Any]:
    version = pool["metadata"]["resourceVersion"]
    return {"metadata": {"resourceVersion": version, "annotations": dict(annotations)}}


def _epoch(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0
