"""Where everything lies on disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STATE_VARIABLE = "STENOFLEET_CLUSTER_DIR"
DEFAULT_STATE = Path("/var/lib/stenofleet-cluster")
DEFAULT_RUNTIME = Path("/run/stenofleet-cluster")
SOURCES = Path(__file__).parents[2]


@dataclass(frozen=True)
class Places:
    """The folders of a cluster: what outlives a stop, what does not, and what resets keep."""

    state: Path
    runtime: Path
    cache: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Places":
        """Read STENOFLEET_CLUSTER_DIR and XDG_CACHE_HOME; the defaults need neither."""
        state = Path(environment.get(STATE_VARIABLE) or DEFAULT_STATE).absolute()
        cache = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return cls(state, runtime_of(state), Path(cache).absolute() / "stenofleet")

    @property
    def kubeconfig(self) -> Path:
        return self.state / "kubeconfig"

    @property
    def pki(self) -> Path:
        return self.state / "pki"

    @property
    def config(self) -> Path:
        return self.state / "config"

    @property
    def mirrors(self) -> Path:
        return self.config / "mirrors"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def volumes(self) -> Path:
        return self.state / "volumes"

    @property
    def records(self) -> Path:
        return self.runtime / "components"

    @property
    def containerd_socket(self) -> Path:
        return self.runtime / "containerd" / "containerd.sock"


def runtime_of(state: Path) -> Path:
    """Return the folder of sockets and process records; it is empty after a reboot."""
    if state == DEFAULT_STATE:
        return DEFAULT_RUNTIME
    return DEFAULT_RUNTIME.with_name(f"{DEFAULT_RUNTIME.name}-{state.name}")
