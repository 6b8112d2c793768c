"""Kubeconfig files: one for people, one for each component."""

import base64
from pathlib import Path
from typing import Any

import yaml

from stenofleet_cluster import addresses, pki
from stenofleet_cluster.files import write
from stenofleet_cluster.places import Places

CONTEXT = "stenofleet-cluster"


def write_all(places: Places) -> None:
    """Write the files anew from the certificates; readable by their owner only."""
    for client in pki.CLIENTS:
        write(of(places, client.name), yaml.safe_dump(render(places.pki, client.name)), 0o600)
    write(places.kubeconfig, yaml.safe_dump(render(places.pki, "admin")), 0o600)


def of(places: Places, client: str) -> Path:
    """Return the kubeconfig of a component."""
    return places.config / f"{client}.kubeconfig"


def render(folder: Path, client: str) -> dict[str, Any]:
    """Return a kubeconfig that carries its certificates, so that it can be copied."""
    cluster = {
        "server": addresses.API_URL,
        "certificate-authority-data": _embed(folder / "ca.crt"),
    }
    user = {
        "client-certificate-data": _embed(folder / f"{client}.crt"),
        "client-key-data": _embed(folder / f"{client}.key"),
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": CONTEXT,
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": client}}],
        "clusters": [{"name": CONTEXT, "cluster": cluster}],
        "users": [{"name": client, "user": user}],
    }


def _embed(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
