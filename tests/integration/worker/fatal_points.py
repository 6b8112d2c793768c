"""A Celery app like the real one, which kills its own process: ``celery -A fatal_points``.

Where, says ``FATAL_POINT``: when a batch is taken and not written, when it is written and not
committed, or when it is committed and its list is still there.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

from stenofleet_worker.celery import app
from stenofleet_worker.movement import leases, writer

__all__ = ["app"]

BEFORE_WRITE, BEFORE_COMMIT, AFTER_COMMIT = "before_write", "before_commit", "after_commit"
POINT = os.environ.get("FATAL_POINT")


def _die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _written_then_dead(write: Callable[..., Any]) -> Callable[..., Any]:
    def write_and_die(*arguments: Any) -> None:
        write(*arguments)
        _die()

    return write_and_die


match POINT:
    case "before_write":
        writer.write = _die  # type: ignore[assignment]
    case "before_commit":
        writer.write = _written_then_dead(writer.write)
    case "after_commit":
        leases.Leases.release = _die  # type: ignore[assignment,method-assign]
