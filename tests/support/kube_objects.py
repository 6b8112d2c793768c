"""Objects as an API server tells of them, with what tests of the store and the senses need."""

from typing import Any


def pod(name: str = "w-1", namespace: str = "shop", **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": "w"}},
        "spec": {"nodeName": "n"},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "worker", "restartCount": 0, "state": {"running": {}}}],
            **status,
        },
    }


def deployment(**status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "w", "namespace": "shop", "generation": 2},
        "spec": {"selector": {"matchLabels": {"app": "w"}}},
        "status": status,
    }


def stateful_set(strategy: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    raw = deployment(observedGeneration=2, **status)
    raw["spec"] |= {"replicas": 4, "updateStrategy": strategy or {"type": "RollingUpdate"}}
    return raw


def worker_pool(name: str, created: str = "2026-03-01T12:00:00Z", target: str = "w") -> Any:
    return {
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": name,
            "resourceVersion": "1",
            "creationTimestamp": created,
        },
        "spec": {"targetRef": {"kind": "Deployment", "name": target}},
    }


def scaler(name: str, target: dict[str, str]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop", "resourceVersion": "1"}
    return {"metadata": metadata, "spec": {"scaleTargetRef": target}}


def versioned(name: str, version: int, namespace: str = "shop") -> dict[str, Any]:
    raw = pod(name, namespace)
    raw["metadata"]["resourceVersion"] = str(version)
    return raw
