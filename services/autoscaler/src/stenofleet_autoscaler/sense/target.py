"""What a target's Deployment says of itself."""

from collections.abc import Mapping
from typing import Any

Raw = Mapping[str, Any]


def replicas(deployment: Raw) -> int:
    """Pods that its spec asks for; Kubernetes' default is 1."""
    return int(deployment["spec"].get("replicas", 1))


def is_settled(deployment: Raw) -> bool:
    """Whether its controller has seen its spec, and no pod of an older template is left."""
    status = deployment.get("status") or {}
    seen = status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)
    return bool(seen and status.get("updatedReplicas", 0) >= status.get("replicas", 0))


def template_of(pod: Raw) -> str:
    """Which template of its Deployment a pod was made from."""
    return str((pod["metadata"].get("labels") or {}).get("pod-template-hash", ""))
