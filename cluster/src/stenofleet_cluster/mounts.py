"""Mounts below the cluster's folders."""

import re
from pathlib import Path

from stenofleet_cluster.shell import run

MOUNTS = Path("/proc/self/mountinfo")
POINT_FIELD = 4


def below(folders: tuple[Path, ...], mountinfo: str) -> list[Path]:
    """Return the mount points below some folders, the innermost first."""
    points = [_unescape(line.split()[POINT_FIELD]) for line in mountinfo.splitlines()]
    return [point for point in reversed(points) if any(f in point.parents for f in folders)]


def unmount_below(*folders: Path) -> None:
    """Unmount what is mounted below some folders; who still uses it keeps it until it ends."""
    for point in below(folders, MOUNTS.read_text()):
        run(["umount", "--lazy", str(point)], timeout=30)


def _unescape(text: str) -> Path:
    return Path(re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), text))
