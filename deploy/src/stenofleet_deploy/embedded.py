"""The one-node Kubernetes of ``cluster/``, spoken to by its command and never imported."""

import json
import os
import shlex
import sys
from collections.abc import Mapping

from stenofleet_deploy.cluster import QUICK_SECONDS, Cluster, Flavour
from stenofleet_deploy.shell import run

COMMAND = (sys.executable, "-m", "stenofleet_cluster")
# The first start builds Kubernetes from source, the first base images come from a distribution.
UP_SECONDS = 3600
PUSH_SECONDS = 600


def up() -> None:
    """Start it, and make the base images where no registry can be reached."""
    run([*COMMAND, "up"], timeout=UP_SECONDS, shown=True)
    run([*COMMAND, "base-images"], timeout=UP_SECONDS, shown=True)


def down() -> None:
    """Stop it; what it stores stays."""
    run([*COMMAND, "down"], timeout=PUSH_SECONDS, shown=True)


def push(reference: str) -> None:
    """Bring an image into its registry."""
    run([*COMMAND, "push", reference], timeout=PUSH_SECONDS)


def find() -> Cluster:
    """Return it as it is; its command says where its programs and its kubeconfig are."""
    environment = exports(run([*COMMAND, "env"], timeout=QUICK_SECONDS), os.environ)
    command = ["kubectl", "config", "view", "-o", "json"]
    view = json.loads(run(command, timeout=QUICK_SECONDS, environment=environment))
    # Its kubeconfig is its own and holds one context.
    return Cluster(Flavour.EMBEDDED, view["current-context"], environment)


def exports(script: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Read the ``export NAME=value`` lines of a shell script.

    >>> exports('export PATH="/opt/bin:$PATH"', {"PATH": "/bin"})
    {'PATH': '/opt/bin:/bin'}
    """
    found = {}
    for line in script.splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["export"]:
            name, _, value = words[1].partition("=")
            found[name] = value.replace("$PATH", environment.get("PATH", ""))
    return found
