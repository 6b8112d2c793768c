"""Ends a worker that was asked to stop, runs nothing, and cannot say goodbye to its broker.

Before it ends, Celery gives its broker back what it holds. With a broker that is silent, redis-py,
kombu and Celery try each command of that again and look at no signal meanwhile, for as long as the
pod's whole grace. Without it nothing is lost: what was not acknowledged is delivered again.
"""

import os
import sys
import threading
import time
from typing import Final

import structlog
from celery.worker import state
from stenofleet import results

log = structlog.get_logger(__name__)

FAREWELL: Final = 10.0
"""Seconds for it once nothing runs; with a broker that answers it takes about two."""

PATIENCE: Final = 30.0
"""Seconds for results that are yet to be stored, once nothing else runs. What they say stands in
PostgreSQL, and is stored when the message is delivered again; a restart of Redis takes less."""

TICK: Final = 0.5


class Leaving:
    """Looks after the end of one process."""

    def __init__(self, began: float) -> None:
        """``began``: when it was asked to stop, by `time.monotonic`."""
        self._held = self._worked = began

    def is_due(self, now: float, held: int, storing: int) -> bool:
        """Whether it is time to leave, goodbye or not.

        Args:
            now: by the same clock.
            held: tasks that this process has begun, or is about to.
            storing: those of them that only wait for the result store.
        """
        if held > 0:
            self._held = now
        if held > storing:
            self._worked = now
        return now - self._held > FAREWELL or now - self._worked > PATIENCE


def begin() -> None:
    """Lets the process go on for as long as it has something to do, and no longer."""
    threading.Thread(target=_watch, name="leaving", daemon=True).start()


def _watch() -> None:
    leaving = Leaving(time.monotonic())
    while not leaving.is_due(time.monotonic(), len(state.reserved_requests), results.storing()):
        time.sleep(TICK)
    log.warning("the broker is away, leaving without a goodbye")
    sys.stdout.flush()
    sys.stderr.flush()
    # Only this ends the main thread while it waits for a socket.
    os._exit(os.EX_OK)
