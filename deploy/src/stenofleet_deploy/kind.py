"""A kind cluster of this project's own, for machines with a Docker engine."""

import os
import shutil
from pathlib import Path

from stenofleet_deploy.cluster import QUICK_SECONDS, Cluster, Flavour
from stenofleet_deploy.errors import CommandError, DeployError
from stenofleet_deploy.shell import run

NAME = "stenofleet"
CREATE_SECONDS = 600
DOCKER_SECONDS = 10


def docker_answers() -> bool:
    """Whether a Docker engine answers; a client without an engine does not count."""
    try:
        run(["docker", "version", "--format", "{{.Server.Version}}"], timeout=DOCKER_SECONDS)
    except CommandError:
        return False
    return True


def up() -> None:
    """Create the cluster unless it is there, and write its kubeconfig.

    Raises:
        DeployError: kind is not installed.
    """
    if shutil.which("kind") is None:
        raise DeployError(
            "kind is not on the PATH: install kind, or name a context (--context NAME), or take "
            "the cluster that needs no Docker (--cluster embedded)"
        )
    kubeconfig().parent.mkdir(parents=True, exist_ok=True)
    place = ["--name", NAME, "--kubeconfig", str(kubeconfig())]
    if NAME in run(["kind", "get", "clusters"], timeout=QUICK_SECONDS).split():
        run(["kind", "export", "kubeconfig", *place], timeout=QUICK_SECONDS)
    else:
        command = ["kind", "create", "cluster", "--wait", "120s", *place]
        run(command, timeout=CREATE_SECONDS, shown=True)


def down() -> None:
    """Delete the cluster."""
    command = ["kind", "delete", "cluster", "--name", NAME, "--kubeconfig", str(kubeconfig())]
    run(command, timeout=CREATE_SECONDS, shown=True)


def load(reference: str) -> None:
    """Bring an image of the Docker engine onto the cluster's node."""
    run(["kind", "load", "docker-image", reference, "--name", NAME], timeout=CREATE_SECONDS)


def find() -> Cluster:
    """Return the cluster as it is."""
    return Cluster(Flavour.KIND, f"kind-{NAME}", {"KUBECONFIG": str(kubeconfig())})


def kubeconfig() -> Path:
    """A file of its own, for kind would change the current context of the user's."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "stenofleet" / "kind" / "kubeconfig"
