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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PAUSE = "pause"
"""The first process of a pod whose containers share their processes; it starts none of ours."""

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
    """The ids of the living processes that the container's first one started."""
    found = list(processes())
    parent = first(found)
    return {each.pid for each in found if each.parent == parent and each.state != "Z"}


@dataclass(frozen=True)
class Process:
    """A process as proc(5) tells it."""

    pid: str
    name: str
    state: str
    parent: str
    started: int


def processes() -> Iterator[Process]:
    """All that are seen from here."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = stat.read_text().rpartition(")")
        except OSError:  # it has just ended
            continue
        fields = rest.split()
        yield Process(
            stat.parent.name, head.partition("(")[2], fields[0], fields[1], int(fields[19])
        )


def first(found: Iterable[Process]) -> str | None:
    """The container's first process, which starts ours again.

    Nobody who is seen from here has started it; nor what came by `kubectl exec`, as this program
    did, but that came later.
    """
    outside = [each for each in found if each.parent == "0" and each.name != PAUSE]
    return min(outside, key=lambda each: each.started).pid if outside else None


def serves(url: str) -> bool:
    """Whether a URL answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - http, of this pod
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except (urllib.error.URLError, OSError):
        return False
