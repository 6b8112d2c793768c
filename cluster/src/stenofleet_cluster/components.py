"""All parts of the cluster, in the order of their start."""

from stenofleet_cluster import control_plane, node_agents
from stenofleet_cluster.component import Component
from stenofleet_cluster.places import Places


def ground(places: Places) -> tuple[Component, ...]:
    """Return what the API server and the pods stand on; these know nobody."""
    return (
        node_agents.registry(places),
        node_agents.containerd(places),
        control_plane.etcd(places),
    )


def callers(places: Places) -> tuple[Component, ...]:
    """Return what calls the API server."""
    return (
        control_plane.controllers(places),
        control_plane.scheduler(places),
        node_agents.kubelet(places),
        node_agents.proxy(places),
        node_agents.coredns(places),
        node_agents.provisioner(places),
        node_agents.metrics(places),
    )


def everything(places: Places) -> tuple[Component, ...]:
    """Return all parts in the order of their start."""
    return (*ground(places), control_plane.api_server(places), *callers(places))
