"""Reads how long a recording is; a program of its own, because the file may be hostile.

``python -m stenofleet_api.uploads.probe`` reads a path from its input, to the end, and prints the
file's length as JSON: seconds, or null when the file does not say. It limits itself before it opens
the file, and imports nothing of the API.
"""

import json
import os
import resource
import sys
from enum import IntEnum
from itertools import islice
from typing import Any, Final

MEMORY_BYTES: Final = 320 * 1024**2
"""Address space: 120 MiB for the libraries, 160 MiB for the tables of ten hours of MP4."""
CPU_SECONDS: Final = 5
MAX_PACKETS: Final = 2000
"""Packets among which one of sound must be: the file is not read through for it."""

# What the accepted files are to FFmpeg. It must not guess a playlist, which would have it open
# other files, in what only begins like a recording.
FORMATS: Final = (
    "wav,w64,flac,mp3,aac,ogg,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpeg,mpegvideo,mpegts"
)


class Exit(IntEnum):
    """How the program ends, besides by a signal."""

    FINE = 0
    NO_AUDIO = 3
    TOO_MUCH = 4
    """It takes more memory than it may."""


def main() -> int:
    """Prints the length of the recording whose path comes in."""
    _limit()
    # Imported here: what it loads is within the limits, too.
    import av.error  # noqa: PLC0415

    path = os.fsdecode(sys.stdin.buffer.read())
    if not path:  # whoever would have asked has ended
        return Exit.FINE
    try:
        print(json.dumps(_seconds(path)))  # noqa: T201 - this is a program
    except (MemoryError, av.error.MemoryError):
        return Exit.TOO_MUCH
    except (av.error.FFmpegError, IndexError, ValueError):
        return Exit.NO_AUDIO
    return Exit.FINE


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # Above the soft limit of CPU comes SIGXCPU, which tells what happened.
        hard = most + 1 if what == resource.RLIMIT_CPU else most
        resource.setrlimit(what, (most, hard))


def _seconds(path: str) -> float | None:
    """Seconds by the container's own word, 0 without sound; None when it does not say.

    Raises:
        IndexError: it has no track of sound.
    """
    import av  # noqa: PLC0415 - see main

    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    with av.open(path, options=options, metadata_errors="ignore") as container:
        stream = container.streams.audio[0]
        if not _has_sound(container, stream):
            return 0.0
        if stream.duration is not None and stream.time_base is not None:
            return _positive(float(stream.duration * stream.time_base))
        return _positive(container.duration / av.time_base) if container.duration else None


def _has_sound(container: Any, stream: Any) -> bool:
    """Whether there is any; also when it begins further on than is looked."""
    looked = 0
    for packet in islice(container.demux(), MAX_PACKETS):
        looked += 1
        if packet.stream.index == stream.index and packet.size:
            return True
    return looked == MAX_PACKETS


def _positive(seconds: float) -> float | None:
    """Some containers that do not know their length say 0, or less."""
    return seconds if seconds > 0 else None


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Without the libraries' own ends, in which a damaged heap may hang.
    os._exit(code)
