"""What a target says of itself: a Deployment or a StatefulSet."""

from collections.abc import Mapping
from typing import Any

Raw = Mapping[str, Any]

DEFAULT_GRACE = 30.0
"""Kubernetes' terminationGracePeriodSeconds where a template names none."""


def replicas(target: Raw) -> int:
    """Pods that its spec asks for; Kubernetes' default is 1."""
    return int(target["spec"].get("replicas", 1))


def is_settled(target: Raw) -> bool:
    """Whether its controller has seen its spec, and no pod of an older template is to go."""
    status = target.get("status") or {}
    if status.get("observedGeneration", 0) < target["metadata"].get("generation", 0):
        return False
    if "updateRevision" in status:
        return _is_stateful_set_settled(target, status)
    return bool(status.get("updatedReplicas", 0) >= status.get("replicas", 0))


def _is_stateful_set_settled(target: Raw, status: Raw) -> bool:
    """Pods below the partition keep their template, and all of them where nothing is rolled out."""
    if status["updateRevision"] == status.get("currentRevision"):
        return True
    strategy = target["spec"].get("updateStrategy") or {}
    kept = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    if strategy.get("type") == "OnDelete":
        return True
    return bool(kept and status.get("updatedReplicas", 0) >= replicas(target) - kept)


def is_stuck(target: Raw) -> bool:
    """Whether a rollout came no further for the Deployment's ``progressDeadlineSeconds``."""
    conditions = (target.get("status") or {}).get("conditions") or []
    reasons = (each.get("reason") for each in conditions if each["type"] == "Progressing")
    return "ProgressDeadlineExceeded" in reasons


def grace_seconds(target: Raw) -> float:
    """How long its pods may take to end."""
    spec = (target["spec"].get("template") or {}).get("spec") or {}
    return float(spec.get("terminationGracePeriodSeconds", DEFAULT_GRACE))


def last_scaler(target: Raw) -> str | None:
    """Who wrote the replicas last, by the name under which clients write; None if nobody says."""
    entries = target["metadata"].get("managedFields") or []
    owners = [each for each in entries if "f:replicas" in _fields(each)]
    newest = max(owners, key=lambda each: each.get("time") or "", default=None)
    # Whoever applies a manifest server-side is called kubectl as well, and scales nothing.
    if newest is None or newest.get("operation") == "Apply":
        return None
    return str(newest.get("manager") or "")


def _fields(entry: Raw) -> Raw:
    return (entry.get("fieldsV1") or {}).get("f:spec") or {}


def template_of(pod: Raw) -> str:
    """Which template of its target a pod was made from."""
    labels = pod["metadata"].get("labels") or {}
    return str(labels.get("pod-template-hash") or labels.get("controller-revision-hash") or "")
