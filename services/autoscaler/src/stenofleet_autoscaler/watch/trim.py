"""What the operator keeps of an object: thousands of pods must fit into its memory."""

from collections.abc import Mapping
from typing import Any

from stenofleet_autoscaler.watch.kinds import PODS, TARGETS, Kind

Raw = Mapping[str, Any]

POD_SPEC = ("nodeName", "terminationGracePeriodSeconds")
TARGET_SPEC = ("replicas", "selector", "updateStrategy")
CONTAINER = ("name", "resources")
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def trimmed(kind: Kind, raw: Raw) -> Raw:
    """The object without what nobody here looks at."""
    if kind == PODS:
        return {**raw, "metadata": _metadata(raw), "spec": _pod_spec(raw.get("spec") or {})}
    if kind in TARGETS.values():
        return {**raw, "metadata": _metadata(raw, keep=_scalers(raw)), "spec": _target_spec(raw)}
    return {**raw, "metadata": _metadata(raw)}


def _metadata(raw: Raw, keep: list[Raw] | None = None) -> dict[str, Any]:
    metadata = {**raw["metadata"], "managedFields": keep or []}
    if APPLIED in (metadata.get("annotations") or {}):
        annotations = metadata["annotations"].items()
        metadata["annotations"] = {key: value for key, value in annotations if key != APPLIED}
    return metadata


def _scalers(raw: Raw) -> list[Raw]:
    """The entries that say who wrote the replicas."""
    entries = raw["metadata"].get("managedFields") or []
    return [e for e in entries if "f:replicas" in ((e.get("fieldsV1") or {}).get("f:spec") or {})]


def _target_spec(raw: Raw) -> dict[str, Any]:
    spec = raw["spec"]
    template = {"spec": _pod_spec((spec.get("template") or {}).get("spec") or {})}
    return {key: spec[key] for key in TARGET_SPEC if key in spec} | {"template": template}


def _pod_spec(spec: Raw) -> dict[str, Any]:
    kept = {key: spec[key] for key in POD_SPEC if key in spec}
    containers = [{k: c[k] for k in CONTAINER if k in c} for c in spec.get("containers") or []]
    return {**kept, "containers": containers}
