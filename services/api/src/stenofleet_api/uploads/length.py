"""How long a recording is, by a child process that a hostile file may take down with it."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog
from stenofleet.db.models import Upload

from stenofleet_api.deps import Context
from stenofleet_api.uploads import probe
from stenofleet_api.uploads.errors import (
    EmptyRecording,
    NotAudio,
    RecordingTooLong,
    UnreadableRecording,
)
from stenofleet_api.uploads.intake import Facts
from stenofleet_api.uploads.spare import Spare

log = structlog.get_logger(__name__)

WALL_SECONDS: Final = 15.0
"""More than the CPU limit, for a machine that is busy or a volume that is slow."""
AT_ONCE: Final = 1
"""Children of one API process that open a file: its pod has room for it and the memory of one,
and for the 12 MB of one that waits."""

ENDS_BYTES: Final = 16 * 1024**2
"""What is read of each end of a recording in a bucket: MP4 has its tables at either, and those of
ten hours take about half of it."""
OUTLINES_AT_ONCE: Final = 4
"""Recordings of buckets whose ends lie in memory, and in the pod's small folder for files."""

_turns = threading.BoundedSemaphore(AT_ONCE)
_outlines = threading.BoundedSemaphore(OUTLINES_AT_ONCE)


def environment() -> dict[str, str]:
    """No password of ours; and one heap for all threads, whose heaps count as memory."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "MALLOC_ARENA_MAX": "1"}


_spare = Spare([sys.executable, "-P", "-m", probe.__name__], environment())


class Lengths:
    """Finds out how long recordings in the store are, and refuses those that are too long."""

    def __init__(self, context: Context) -> None:
        """By the limit of the context's settings."""
        self._recordings = context.recordings
        self._longest = context.settings.max_duration_seconds

    def added(self, facts: Facts, upload: Upload) -> Facts:
        """The facts about an upload with the length of its recording.

        Raises:
            NotAudio, UnreadableRecording, EmptyRecording, RecordingTooLong: it is of no use.
            StorageError: the store refused or failed.
        """
        with _outlines, self._recordings.outline(upload.uri, ENDS_BYTES) as (path, whole):
            found = seconds(path, whole=whole)
        if found == 0:
            raise EmptyRecording
        if found is not None and found > self._longest:
            raise RecordingTooLong(self._longest, found)
        return replace(facts, seconds=found)


def seconds(path: Path, *, whole: bool = True) -> float | None:
    """Seconds by the recording's own word, 0 without any sound; None when nobody can say.

    Args:
        path: the file.
        whole: False when parts of it are left out, so that it may be fine though it looks broken.

    Raises:
        NotAudio: it cannot be opened, or has no track of sound.
        UnreadableRecording: to open it takes more memory or time than any recording needs.
    """
    with _turns:
        done = _run(path)
    if done is None:
        return None
    code = done.returncode
    if code == probe.Exit.FINE:
        return _told(done.stdout)
    if code == probe.Exit.NO_AUDIO and not whole:
        return None
    _refuse(code)
    log.warning("how long a recording is was not found out", exit_code=code)
    return None


def _run(path: Path) -> "subprocess.CompletedProcess[bytes] | None":
    try:
        return _spare.ask(os.fsencode(path), WALL_SECONDS)
    except subprocess.TimeoutExpired:
        log.warning("how long a recording is was not found out in time")
        return None


def _told(output: bytes) -> float | None:
    found = json.loads(output)
    return None if found is None else float(found)


def _refuse(code: int) -> None:
    if code == probe.Exit.NO_AUDIO:
        raise NotAudio
    # SIGKILL is somebody else's, and says nothing about the file.
    if code == probe.Exit.TOO_MUCH or (code < 0 and code != -signal.SIGKILL):
        raise UnreadableRecording
