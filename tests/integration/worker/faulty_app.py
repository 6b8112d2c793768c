"""The paced app, in which a fault comes at a named point: ``celery -A faulty_app``.

At ``FAULT_POINT`` the file ``FAULT_MARK`` is written. Then the process kills itself; or it waits,
if there is a file ``FAULT_GATE``, until that is gone.
"""

import os
import signal
import time
from pathlib import Path

from paced_engine import app  # type: ignore[import-not-found]  # it lies beside this file
from support.fault_points import POINTS

__all__ = ["app"]


def strike() -> None:
    gate = Path(os.environ["FAULT_GATE"])
    waits = gate.exists()
    Path(os.environ["FAULT_MARK"]).touch()
    if not waits:
        os.kill(os.getpid(), signal.SIGKILL)
    while gate.exists():
        time.sleep(0.02)


POINTS[os.environ["FAULT_POINT"]].install(strike)
