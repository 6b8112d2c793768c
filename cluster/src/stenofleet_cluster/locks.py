"""One command at a time."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stenofleet_cluster.errors import ClusterError
from stenofleet_cluster.progress import Progress


@contextmanager
def held(path: Path, progress: Progress, *, patience: float = 3600) -> Iterator[None]:
    """Hold a lock file; the kernel frees it however this process ends.

    Args:
        path: The lock file.
        progress: Told when another command has to be waited for.
        patience: Seconds to wait for the other command.

    Raises:
        ClusterError: The other command did not end in time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        if not _try_lock(file.fileno()):
            progress.say(f"Another cluster command is at work; waiting for it ({path})")
            _wait(file.fileno(), path, time.monotonic() + patience)
        yield


def _wait(descriptor: int, path: Path, deadline: float) -> None:
    while time.monotonic() < deadline:
        if _try_lock(descriptor):
            return
        time.sleep(0.2)
    raise ClusterError(f"{path} is still held by another cluster command: look at it, or end it")


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
