"""What the plugin changes: a hold on a pool, its end, and the wish that a pod be drained."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from stenofleet_autoscaler.hold import hold_patch, resume_patch
from stenofleet_autoscaler.plugin.cluster import Cluster, pods_path, pools_path
from stenofleet_autoscaler.plugin.errors import PluginError
from stenofleet_autoscaler.sense.pods import DRAIN_REQUESTED

Raw = Mapping[str, Any]


def hold(cluster: Cluster, pool: str, replicas: int, until: float | None) -> Raw:
    """Holds the pool at `replicas`, by default for its ``manualHold``; returns it as changed.

    Raises:
        PluginError: no such pool, or `replicas` is beyond its bounds.
    """
    path = pools_path(cluster.namespace, pool)
    raw: Raw = cluster.get(path)
    least, most = raw["spec"].get("minReplicas", 0), raw["spec"]["maxReplicas"]
    if not least <= replicas <= most:
        raise PluginError(
            f"{pool} cannot be held at {replicas} replicas: "
            f"its bounds are {least} (minReplicas) to {most} (maxReplicas)"
        )
    changed: Raw = cluster.patch(path, hold_patch(raw, replicas, until))
    return changed


def resume(cluster: Cluster, pool: str) -> Raw:
    """Ends a hold; returns the pool as changed. Of a pool that nobody holds it changes nothing."""
    path = pools_path(cluster.namespace, pool)
    changed: Raw = cluster.patch(path, resume_patch(cluster.get(path)))
    return changed


def drain(cluster: Cluster, pod: str) -> str:
    """Asks for the pod to be drained; returns the name of the pool that will do it.

    Raises:
        PluginError: no such pod, or it belongs to no pool.
    """
    cluster.get(pods_path(cluster.namespace, pod))
    pools: Sequence[Raw] = cluster.get(pools_path(cluster.namespace))["items"]
    owner = next((each for each in pools if _has(cluster, each, pod)), None)
    if owner is None:
        raise PluginError(f"the pod {pod} is of no pool in namespace {cluster.namespace}")
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    note = {"metadata": {"annotations": {DRAIN_REQUESTED: since}}}
    cluster.patch(pods_path(cluster.namespace, pod), note)
    return str(owner["metadata"]["name"])


def _has(cluster: Cluster, pool: Raw, pod: str) -> bool:
    """Whether the pool's target selects the pod; the API server compares."""
    selector = (pool.get("status") or {}).get("selector")
    if not selector:
        return False
    found = cluster.get(
        pods_path(cluster.namespace), labelSelector=selector, fieldSelector=f"metadata.name={pod}"
    )
    return bool(found["items"])
