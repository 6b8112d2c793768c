"""Runs inside a pod: puts changed code in place, and waits until the process serves with it.

It is sent as text to the pod's own Python, so it knows the standard library alone.
"""

import base64
import io
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

PARENT = "1"
"""The process that starts ours again: the first of the container."""

LOST_SECONDS = 3.0
"""Without a process for that long, it has ended: a new one follows the old one at once."""

POLL_SECONDS = 0.05


def receive(folder: str, archive: str, removed: Iterable[str], health: str, seconds: float) -> None:
    """Put files in place and wait.

    Args:
        folder: Where the code lies.
        archive: A tar archive of what changed, in base64.
        removed: Files that are no more, below the folder.
        health: A URL that answers 200 when the process serves; empty when there is none.
        seconds: The longest wait.

    Raises:
        SystemExit: The process ended, or does not serve in time.
    """
    before = children()
    for name in removed:
        (Path(folder) / name).unlink(missing_ok=True)
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(archive))) as files:
        files.extractall(folder, filter="data")
    wait(before, health, seconds)


def wait(before: set[str], health: str, seconds: float) -> None:
    """Wait until another process than those before serves."""
    begun = alive = time.monotonic()
    while (now := time.monotonic()) < begun + seconds:
        current = children()
        if current:
            alive = now
        if current and not current & before and (not health or serves(health)):
            return
        if now - alive > LOST_SECONDS:
            sys.exit("the process ended with the new code; its log says why")
        time.sleep(POLL_SECONDS)
    sys.exit(f"the process does not serve with the new code within {seconds:.0f} s")


def children() -> set[str]:
    """The ids of the processes that the container's first one started."""
    return {stat.parent.name for stat in Path("/proc").glob("[0-9]*/stat") if child(stat)}


def child(stat: Path) -> bool:
    """Whether a process is such a one and lives; proc(5) has the fields."""
    try:
        state, parent = stat.read_text().rpartition(")")[2].split()[:2]
    except OSError:  # it has just ended
        return False
    return parent == PARENT and state != "Z"


def serves(url: str) -> bool:
    """Whether a URL answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - http, of this pod
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except (urllib.error.URLError, OSError):
        return False
