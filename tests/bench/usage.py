"""What a process takes, as the kernel counts it; see proc(5)."""

import os
from pathlib import Path
from typing import Literal


def processor_seconds(pid: int) -> float:
    """Of all its threads so far, its own and the kernel's for it."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    _, _, behind_the_name = stat.rpartition(")")
    user, system = behind_the_name.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int, which: Literal["VmRSS", "VmHWM"]) -> float:
    """Its memory, now or at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    [line] = [each for each in status.splitlines() if each.startswith(f"{which}:")]
    return int(line.split()[1]) / 1024
