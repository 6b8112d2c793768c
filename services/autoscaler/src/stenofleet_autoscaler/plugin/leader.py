"""The operator that leads, found by its Lease, and what it tells through the API server."""

from typing import Any
from urllib.parse import quote

from stenofleet_autoscaler.plugin.cluster import Cluster, pods_path
from stenofleet_autoscaler.plugin.errors import (
    NoLeader,
    NotAllowed,
    NotDecided,
    NotThere,
    PluginError,
)

LEASE = "stenofleet-autoscaler"
LEASES = "/apis/coordination.k8s.io/v1"
PORT = 8081

Pod = tuple[str, str]


def fetch(cluster: Cluster, pod: Pod, page: str) -> Any:
    """A page of the operator's pod, by the API server's pod proxy (get on pods/proxy).

    Raises:
        NoLeader: the pod is gone or does not answer.
        NotDecided: the leader knows no such pool.
        NotAllowed: the person may not use the proxy.
    """
    namespace, name = pod
    try:
        return cluster.get(f"{pods_path(namespace)}/{quote(name)}:{PORT}/proxy{page}")
    except (NotAllowed, NotDecided):
        raise
    except PluginError as error:
        raise NoLeader(f"the leader {name} does not answer: {error.message}") from None


def leader_of(cluster: Cluster, operator_namespace: str | None) -> Pod:
    """Namespace and name of the leading operator's pod.

    Looked for in `operator_namespace`; without one in the pool's, then in every namespace whose
    leases the person may list.

    Raises:
        NoLeader: no Lease of that name, or nobody holds it.
    """
    if operator_namespace:
        return _holder(_lease_in(cluster, operator_namespace), operator_namespace)
    lease = _lease_in(cluster, cluster.namespace) or _lease_anywhere(cluster)
    return _holder(lease, None)


def _lease_in(cluster: Cluster, namespace: str) -> Any:
    try:
        return cluster.get(f"{LEASES}/namespaces/{quote(namespace)}/leases/{LEASE}")
    except (NotThere, NotAllowed):
        return None


def _lease_anywhere(cluster: Cluster) -> Any:
    try:
        found = cluster.get(f"{LEASES}/leases", fieldSelector=f"metadata.name={LEASE}")["items"]
    except NotAllowed:
        return None
    return _only(found)


def _only(leases: list[Any]) -> Any:
    if len(leases) > 1:
        names = ", ".join(sorted(each["metadata"]["namespace"] for each in leases))
        raise PluginError(f"several operators: choose one of {names} by --operator-namespace")
    return leases[0] if leases else None


def _holder(lease: Any, asked: str | None) -> Pod:
    if lease is None:
        where = f"in namespace {asked}" if asked else "in any namespace that you may look into"
        raise NoLeader(
            f"no operator: no Lease {LEASE} {where} (is it elsewhere? --operator-namespace)"
        )
    namespace = str(lease["metadata"]["namespace"])
    identity = str((lease.get("spec") or {}).get("holderIdentity") or "")
    if not identity:
        raise NoLeader(f"no operator leads: nobody holds the Lease {LEASE} in {namespace}")
    return namespace, identity.rpartition("_")[0] or identity
