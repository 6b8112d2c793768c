"""Small jobs that nobody waits for."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVarTuple

import structlog

log = structlog.get_logger(__name__)

Arguments = TypeVarTuple("Arguments")


class Background:
    """One thread that does jobs in the order in which they come; for threads."""

    def __init__(self, name: str, room: int) -> None:
        """At most ``room`` jobs wait; ``name`` stands in the log when one fails."""
        self._name = name
        self._room = BoundedSemaphore(room)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def submit(self, job: Callable[[*Arguments], None], *arguments: *Arguments) -> bool:
        """Has ``job`` done soon and returns at once; False when there is no room for it."""
        if not self._room.acquire(blocking=False):
            return False
        self._thread.submit(job, *arguments).add_done_callback(self._done)
        return True

    def close(self, *, drop: bool = False) -> None:
        """Waits for the jobs that are left, or only for the running one and drops the others."""
        self._thread.shutdown(wait=True, cancel_futures=drop)

    def _done(self, future: "Future[None]") -> None:
        self._room.release()
        if not future.cancelled() and (error := future.exception()):
            log.error("%s failed", self._name, error=repr(error))
