"""What happens to objects of a cluster, with the time at which it was seen."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from stenofleet_deploy.cluster import Cluster
from stenofleet_deploy.shell import program

STOP_SECONDS = 60

Sighting = tuple[float, str]
"""When (seconds of the epoch) a line of a watch arrived."""


@contextmanager
def watched(cluster: Cluster, namespace: str, *words: str) -> Iterator[list[Sighting]]:
    """The lines of a ``kubectl get --watch`` as they arrive."""
    command = cluster.kubectl_command("--namespace", namespace, "get", "--watch", *words)
    environment = {**os.environ, **cluster.environment}
    process = subprocess.Popen(
        [program(command[0], environment), *command[1:]],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    seen: list[Sighting] = []
    reader = threading.Thread(target=_read, args=(process, seen), daemon=True)
    reader.start()
    try:
        yield seen
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
        reader.join(STOP_SECONDS)


def _read(process: "subprocess.Popen[str]", seen: list[Sighting]) -> None:
    for line in process.stdout or ():
        seen.append((time.time(), line.rstrip("\n")))  # noqa: PERF401 - each with its own time


def pod_seconds(seen: Sequence[Sighting], begin: float, end: float) -> float:
    """How long pods were there between two times, added up.

    Args:
        seen: Lines of ``TYPE UID``, with the types of watch events.
        begin: Seconds of the epoch.
        end: Seconds of the epoch.

    >>> pod_seconds([(1.0, "ADDED a"), (2.0, "ADDED b"), (4.0, "DELETED a")], 0.0, 10.0)
    11.0
    """
    added: dict[str, float] = {}
    total = 0.0
    for at, line in seen:
        kind, uid = line.split()
        if kind == "DELETED":
            total += _within(added.pop(uid, begin), at, begin, end)
        else:
            added.setdefault(uid, at)
    return total + sum(_within(at, end, begin, end) for at in added.values())


def _within(start: float, stop: float, begin: float, end: float) -> float:
    return max(0.0, min(stop, end) - max(start, begin))


def changes(seen: Sequence[Sighting]) -> list[str]:
    """The lines without repetitions that follow one another."""
    lines = [line for _, line in seen]
    return [line for at, line in enumerate(lines) if at == 0 or line != lines[at - 1]]
