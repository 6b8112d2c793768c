"""Processes told apart by more than their id, for ids are used again."""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
BOOT_ID = PROC / "sys/kernel/random/boot_id"
POLL = 0.05
START_FIELD = 19  # of what follows the name in /proc/PID/stat: clock ticks since boot


@dataclass(frozen=True)
class Process:
    """One process for good: the id, when it started (clock ticks since boot), and which boot."""

    pid: int
    started: int
    boot: str

    @classmethod
    def find(cls, pid: int, proc: Path = PROC) -> "Process | None":
        """Return the process that has this id now, or None; one that only awaits burial is none."""
        try:
            stat = (proc / str(pid) / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return None
        # The name may hold blanks and brackets: count from the last bracket.
        fields = stat.rpartition(")")[2].split()
        if fields[0] in "ZX":
            return None
        return cls(pid, int(fields[START_FIELD]), boot_id())

    def alive(self) -> bool:
        """Say whether this very process, not another with its id, still runs."""
        return Process.find(self.pid) == self

    def send(self, number: signal.Signals) -> None:
        """Send a signal to this very process; one that is gone is left in peace."""
        try:
            # Opened first and compared after, the descriptor cannot mean a later process.
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            if self.alive():
                signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            return
        finally:
            os.close(descriptor)


def boot_id() -> str:
    """Return what names this run of the kernel."""
    return BOOT_ID.read_text().strip()


def stop(processes: Iterable[Process], grace: float) -> None:
    """End processes: ask, wait up to `grace` seconds for all of them, then kill what is left."""
    left = list(processes)
    for process in left:
        process.send(signal.SIGTERM)
    left = _wait_gone(left, grace)
    for process in left:
        process.send(signal.SIGKILL)
    _wait_gone(left, 10)


def _wait_gone(processes: list[Process], seconds: float) -> list[Process]:
    deadline = time.monotonic() + seconds
    left = [process for process in processes if process.alive()]
    while left and time.monotonic() < deadline:
        time.sleep(POLL)
        left = [process for process in left if process.alive()]
    return left


def everyone() -> Iterator[Process]:
    """Yield every process of the machine."""
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (process := Process.find(int(entry.name))):
            yield process


def with_variable(name: str, value: str) -> list[Process]:
    """Return the processes that were started with this variable in their environment."""
    wanted = f"{name}={value}".encode()
    return [process for process in everyone() if wanted in _environment(process)]


def children(parents: Iterable[Process]) -> list[Process]:
    """Return the direct children of some processes."""
    pids = {process.pid for process in parents}
    return [process for process in everyone() if _parent(process) in pids]


def program(process: Process) -> str:
    """Return the name by which a process was started, without its folder."""
    return Path(_read(process, "cmdline").split(b"\0")[0].decode(errors="replace")).name


def _environment(process: Process) -> list[bytes]:
    return _read(process, "environ").split(b"\0")


def _parent(process: Process) -> int:
    fields = _read(process, "stat").rpartition(b")")[2].split()
    return int(fields[1]) if fields else 0


def _read(process: Process, name: str) -> bytes:
    try:
        return (PROC / str(process.pid) / name).read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""
