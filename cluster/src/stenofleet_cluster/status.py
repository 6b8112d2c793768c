"""Say how the cluster does."""

from dataclasses import dataclass
from pathlib import Path

from stenofleet_cluster import components, versions
from stenofleet_cluster.component import Component
from stenofleet_cluster.errors import ClusterError
from stenofleet_cluster.kubectl import Kubectl
from stenofleet_cluster.places import Places
from stenofleet_cluster.supervisor import Supervisor


@dataclass(frozen=True)
class Row:
    """One component: its process id if it runs, and its state in a word."""

    name: str
    pid: int | None
    state: str


def rows(places: Places, supervisor: Supervisor) -> list[Row]:
    """Ask every component."""
    return [_row(part, supervisor) for part in components.everything(places)]


def _row(part: Component, supervisor: Supervisor) -> Row:
    process = supervisor.running(part.name)
    if process is None:
        return Row(part.name, None, "stopped")
    return Row(part.name, process.pid, "healthy" if part.probe.healthy() else "unhealthy")


def node_ready(places: Places, programs: Path) -> bool:
    """Say whether the node is ready; a cluster that does not answer has none."""
    try:
        return Kubectl(programs / "kubectl", places.kubeconfig).node_ready(since=0)
    except ClusterError:
        return False


def table(found: list[Row], *, ready: bool) -> str:
    """Return what `cluster status` prints."""
    lines = [f"{'COMPONENT':<26}{'PID':<10}STATE"]
    lines += [f"{row.name:<26}{row.pid or '-':<10}{row.state}" for row in found]
    pinned = versions.of_modules()
    shown = ", ".join(f"{name} {pinned[path]}" for name, path in versions.SHOWN.items())
    return "\n".join([*lines, f"node: {'ready' if ready else 'not ready'}", f"versions: {shown}"])
