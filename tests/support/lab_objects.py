"""The objects of the operator's lab, as the API server takes them."""

from collections.abc import Mapping
from typing import Any

REDIS_IMAGE = "redis:8.0"
REDIS_PORT = 6379

# What the restricted pod security standard asks for.
POD_SECURITY = {
    "runAsNonRoot": True,
    "runAsUser": 10001,
    "runAsGroup": 10001,
    "fsGroup": 10001,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}

Manifest = dict[str, Any]


def secret(name: str, content: Mapping[str, str]) -> Manifest:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": content}


def redis_service(name: str) -> Manifest:
    spec = {"selector": {"app": name}, "ports": [{"port": REDIS_PORT, "protocol": "TCP"}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def redis(name: str, password: str) -> Manifest:
    """A Redis that keeps its data when its pod goes."""
    words = ["redis-server", "--dir", "/data", "--appendonly", "yes", "--save", ""]
    container = {
        "name": "redis",
        "image": REDIS_IMAGE,
        "command": [*words, "--requirepass", password],
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
        "readinessProbe": {"tcpSocket": {"port": REDIS_PORT}, "periodSeconds": 1},
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    size = {"resources": {"requests": {"storage": "1Gi"}}, "accessModes": ["ReadWriteOnce"]}
    workload = _workload("StatefulSet", name, pod_spec(container), replicas=1)
    workload["spec"]["serviceName"] = name
    workload["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": size}]
    return workload


def workers(kind: str, name: str, worker: Manifest, grace: int) -> Manifest:
    """Celery workers, none of them running yet."""
    workload = _workload(kind, name, pod_spec(worker, grace), replicas=0)
    if kind == "StatefulSet":
        workload["spec"] |= {"serviceName": name, "podManagementPolicy": "Parallel"}
    return workload


def worker(image: str, command: list[str], env: list[Manifest]) -> Manifest:
    """A worker's container."""
    requests = {"cpu": "10m", "memory": "64Mi"}
    return {
        "name": "worker",
        "image": image,
        "command": command,
        "env": env,
        "resources": {"requests": requests},
    }


def of_secret(name: str, key: str) -> Manifest:
    """A variable's value out of a Secret."""
    return {"valueFrom": {"secretKeyRef": {"name": name, "key": key}}}


def pool(name: str, kind: str, secret_key: Mapping[str, str], spec: Mapping[str, Any]) -> Manifest:
    """A WorkerPool of the workers of the same name."""
    broker = {"urlSecretRef": dict(secret_key), **spec.get("broker", {})}
    merged = {
        "targetRef": {"kind": kind, "name": name},
        "demand": {"queues": [name]},
        **spec,
        "broker": broker,
    }
    return {
        "apiVersion": "stenofleet.io/v1alpha1",
        "kind": "WorkerPool",
        "metadata": {"name": name},
        "spec": merged,
    }


def pod_spec(container: Manifest, grace: int = 5) -> Manifest:
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": grace,
        "securityContext": POD_SECURITY,
        "containers": [{**container, "securityContext": CONTAINER_SECURITY}],
    }


def apart(app: str) -> Manifest:
    """An affinity by which no node takes two pods of the app."""
    term = {
        "labelSelector": {"matchLabels": {"app": app}},
        "topologyKey": "kubernetes.io/hostname",
    }
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def _workload(kind: str, name: str, spec: Manifest, replicas: int) -> Manifest:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }
