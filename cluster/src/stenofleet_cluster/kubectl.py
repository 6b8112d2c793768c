"""Talk to the cluster by its own kubectl."""

import datetime as dt
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stenofleet_cluster.addresses import NODE_NAME
from stenofleet_cluster.errors import ClusterError, CommandError
from stenofleet_cluster.shell import run

SECONDS = 30
NODE_PATIENCE = 90.0


@dataclass(frozen=True)
class Kubectl:
    """The command with its kubeconfig, whatever the environment says."""

    program: Path
    kubeconfig: Path

    def __call__(self, *words: str, text: str | None = None) -> str:
        """Run it and return what it wrote; raise CommandError when it fails."""
        command: list[str | Path] = [self.program, "--kubeconfig", self.kubeconfig, *words]
        return run(command, timeout=SECONDS, text=text)

    def get(self, *words: str) -> dict[str, Any]:
        """Return an object or a list of objects."""
        found: dict[str, Any] = json.loads(self("get", *words, "-o", "json"))
        return found

    def wait_node_ready(self, since: float) -> None:
        """Wait until the node says, after `since` (seconds since the epoch), that it is ready.

        Raises:
            ClusterError: The word did not come; what the node says instead.
        """
        wait(lambda: self.node_ready(since), NODE_PATIENCE, self._why_not_ready)

    def node_ready(self, since: float) -> bool:
        """Say whether the node is ready and has been heard after `since`."""
        try:
            node = self.get("node", NODE_NAME)
            leases = self.get("leases", "--namespace=kube-node-lease")["items"]
        except CommandError:
            return False
        return condition(node, "Ready") == "True" and last_heard(node, leases) >= int(since)

    def _why_not_ready(self) -> str:
        return f"the node is not ready:\n{self('describe', 'node', NODE_NAME)}"


def condition(found: dict[str, Any], kind: str) -> str:
    """Return the status of one condition of an object, or Unknown."""
    conditions = found.get("status", {}).get("conditions", [])
    return next((c["status"] for c in conditions if c["type"] == kind), "Unknown")


def last_heard(node: dict[str, Any], leases: list[dict[str, Any]]) -> float:
    """Return when a node last spoke: seconds since the epoch.

    A new node reports its conditions at once and its lease seconds later; a restarted one renews
    its lease at once and its conditions only when they change.
    """
    times = [c["lastHeartbeatTime"] for c in node["status"]["conditions"]]
    times += [lease["spec"]["renewTime"] for lease in leases]
    return max((dt.datetime.fromisoformat(time).timestamp() for time in times), default=0)


def wait(done: Callable[[], bool], seconds: float, why: Callable[[], str]) -> None:
    """Ask again and again; raise ClusterError with the reason when the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if done():
            return
        time.sleep(0.1)
    raise ClusterError(f"not within {seconds:.0f} s: {why()}")
