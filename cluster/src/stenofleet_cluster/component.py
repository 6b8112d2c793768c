"""What a part of the cluster is, and what the parts have in common."""

from dataclasses import dataclass
from pathlib import Path

from stenofleet_cluster import kubeconfigs
from stenofleet_cluster.places import Places
from stenofleet_cluster.probes import Http, Probe


@dataclass(frozen=True)
class Component:
    """One long-running program of the node.

    Attributes:
        name: What people and files call it, and the program's name.
        arguments: What it is started with.
        probe: How to ask for its health.
        files: Files whose change means a restart.
        ports: TCP ports it must be able to take.
        keeps_data: What it keeps on disk can be damaged so that it never starts again.
    """

    name: str
    arguments: tuple[str, ...]
    probe: Probe
    files: tuple[Path, ...] = ()
    ports: tuple[int, ...] = ()
    keeps_data: bool = False


def flags(**values: object) -> tuple[str, ...]:
    """Turn secure_port=1 into --secure-port=1."""
    return tuple(f"--{name.replace('_', '-')}={value}" for name, value in values.items())


def secure(port: int, places: Places) -> Http:
    """Return the probe of a component that serves its health over TLS on this machine only."""
    return Http(f"https://127.0.0.1:{port}/healthz", places.pki / "ca.crt")


def serving(places: Places) -> dict[str, object]:
    """Return the flags of the serving certificate."""
    return {
        "tls_cert_file": places.pki / "serving.crt",
        "tls_private_key_file": places.pki / "serving.key",
    }


def keys(places: Places) -> tuple[Path, ...]:
    """Return the files whose change means new certificates."""
    return (places.pki / "ca.crt", places.pki / "serving.crt")


def caller(
    places: Places, name: str, client: str, probe: Probe, ports: tuple[int, ...], **more: object
) -> Component:
    """Return a component that is told by flags how to call the API server."""
    kubeconfig = kubeconfigs.of(places, client)
    return Component(name, flags(kubeconfig=kubeconfig, **more), probe, (kubeconfig,), ports)
