"""Start components, know them again, stop them. Nothing stays behind to watch: `up` repairs."""

import hashlib
import os
import socket
import subprocess
import time
from pathlib import Path

from stenofleet_cluster import addresses, processes, records
from stenofleet_cluster.component import Component
from stenofleet_cluster.errors import BrokenStateError, ClusterError
from stenofleet_cluster.places import Places
from stenofleet_cluster.processes import Process
from stenofleet_cluster.records import Record
from stenofleet_cluster.shell import last_lines

MARK = "STENOFLEET_CLUSTER_STATE"
POLL = 0.05
STOP_GRACE = 10.0
START_PATIENCE = 60.0
RESTART_AFTER = 5.0
LOG_BYTES = 64 * 1024


class Supervisor:
    """Keeps the processes of one cluster by records below its runtime folder."""

    def __init__(self, places: Places, programs: Path) -> None:
        self._places = places
        self._programs = programs
        self._fresh: set[str] = set()

    def running(self, name: str) -> Process | None:
        """Return the component's process if it is alive."""
        record = records.read(self._path(name))
        return record.process if record and record.process.alive() else None

    def started_at(self, name: str) -> float:
        """Return when the component was started: seconds since the epoch."""
        return self._path(name).stat().st_mtime

    def ensure_started(self, component: Component) -> bool:
        """Start a component that does not run or runs with another configuration.

        Returns:
            Whether it was started now.

        Raises:
            ClusterError: A stranger holds one of its ports.
        """
        record = records.read(self._path(component.name))
        same = record is not None and record.fingerprint == self._fingerprint(component)
        if same and self.running(component.name):
            return False
        self.stop(component.name)
        self._start(component)
        return True

    def wait_healthy(self, component: Component) -> None:
        """Wait until a component answers as it should; one that does not is started once more.

        Raises:
            BrokenStateError: It keeps data and ends again and again.
            ClusterError: It ends again and again, or does not answer in time.
        """
        fresh = component.name in self._fresh
        if self._became_healthy(component, START_PATIENCE if fresh else RESTART_AFTER):
            return
        # It ended, perhaps with what it depends on, or it hangs.
        self.stop(component.name)
        self._start(component)
        if self._became_healthy(component, START_PATIENCE):
            return
        self._give_up(component)

    def stop(self, name: str) -> None:
        """End a component, and whoever of that name an earlier command left without a record."""
        found = {process for process in self.strays() if processes.program(process) == name}
        if recorded := self.running(name):
            found.add(recorded)
        processes.stop(found, STOP_GRACE)
        self._path(name).unlink(missing_ok=True)

    def stop_strays(self) -> None:
        """End whatever of this cluster is left."""
        processes.stop(self.strays(), STOP_GRACE)

    def strays(self) -> list[Process]:
        """Return all processes of this cluster, recorded or not; containers are not among them."""
        return processes.with_variable(MARK, str(self._places.state))

    def _became_healthy(self, component: Component, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.running(component.name):
                return False
            if component.probe.healthy():
                return True
            time.sleep(POLL)
        return False

    def _give_up(self, component: Component) -> None:
        log = self._log(component.name)
        said = f"The end of {log}:\n{last_lines(tail(log))}"
        if self.running(component.name):
            raise ClusterError(f"{component.name} runs but does not answer. {said}")
        message = f"{component.name} ends as soon as it is started. {said}"
        raise BrokenStateError(message) if component.keeps_data else ClusterError(message)

    def _start(self, component: Component) -> None:
        require_free(component)
        self._fresh.add(component.name)
        log = self._log(component.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))  # perhaps it says why the last one died
        with log.open("wb") as output:
            started = subprocess.Popen(  # noqa: S603 - the words come from this program
                self._command(component),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment(),
                start_new_session=True,
            )
        if process := Process.find(started.pid):
            record = Record(process, self._fingerprint(component))
            records.write(self._path(component.name), record)

    def _command(self, component: Component) -> list[str]:
        return [str(self._programs / component.name), *component.arguments]

    def _environment(self) -> dict[str, str]:
        # A proxy of the terminal must not come between the components.
        kept = {
            key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")
        }
        path = f"{self._programs}:{os.environ.get('PATH', os.defpath)}"
        return {**kept, "PATH": path, MARK: str(self._places.state)}

    def _fingerprint(self, component: Component) -> str:
        digest = hashlib.sha256("\0".join(self._command(component)).encode())
        for path in component.files:
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def _path(self, name: str) -> Path:
        return self._places.records / f"{name}.json"

    def _log(self, name: str) -> Path:
        return self._places.logs / f"{name}.log"


def require_free(component: Component) -> None:
    """Raise ClusterError when a stranger listens on a port of the component."""
    for port in component.ports:
        for host in ("127.0.0.1", addresses.NODE):
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex((host, port)) == 0:
                    raise ClusterError(
                        f"{component.name} needs port {port}, which another program holds: "
                        f"find it with `ss -ltnp 'sport = :{port}'` and end it"
                    )


def tail(path: Path) -> str:
    """Return the end of a log, or nothing when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_BYTES))
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
