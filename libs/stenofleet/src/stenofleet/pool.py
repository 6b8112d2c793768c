"""A Celery thread pool that grows and shrinks while it works (extra: celery).

Celery's own thread pool has a fixed size, so remote control's ``pool_grow`` fails on it. Here the
limit is a number, and a task starts only while fewer than that are running: growing lets the next
ones in at once, shrinking lets running ones end and starts fewer. Any app takes it by one line::

    app.conf.worker_pool = "stenofleet.pool:TaskPool"

With ``worker_disable_prefetch`` the consumer fetches no message that would have to wait for a slot,
but for one that Redis gave it just before it shrank: see `stenofleet.popped`.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from celery import Celery
from celery.concurrency import thread
from celery.concurrency.base import apply_target
from celery.concurrency.thread import ApplyResult  # type: ignore[attr-defined]  # the stubs lack it

from stenofleet.popped import take_popped

CEILING = 64
"""Slots of one process at most, or what it was started with if that is more; the bound of
``CELERY_CONCURRENCY`` in our own services' settings."""


class TaskPool(thread.TaskPool):
    """Celery's thread pool with a limit that can be moved between 1 and `CEILING`."""

    def __init__(self, *args: Any, app: Celery | None = None, **kwargs: Any) -> None:
        super().__init__(*args, app=app, **kwargs)
        if app is not None:
            take_popped(app)
        self.ceiling = max(CEILING, self.limit)
        # Threads are made when they are needed, so a high ceiling costs nothing.
        self.executor = ThreadPoolExecutor(self.ceiling, thread_name_prefix="slot")
        self._room = threading.Condition()
        self._running = 0
        self._closing = False

    def grow(self, n: int = 1) -> None:
        """Adds up to ``n`` slots; what is beyond the ceiling is left out."""
        self._resize(self.limit + n)

    def shrink(self, n: int = 1) -> None:
        """Takes up to ``n`` slots away, never the last one; running tasks end undisturbed."""
        self._resize(self.limit - n)

    def on_apply(
        self,
        target: Callable[..., Any],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
        callback: Callable[..., Any] | None = None,
        accept_callback: Callable[..., Any] | None = None,
        **_: Any,
    ) -> Any:
        """Runs ``target`` as soon as there is room for it."""
        work = partial(apply_target, target, args, kwargs, callback, accept_callback)
        return ApplyResult(self.executor.submit(self._in_slot, work))

    def on_stop(self) -> None:
        """Waits for what runs; what never started stays unacknowledged and goes back."""
        with self._room:
            self._closing = True
            self._room.notify_all()
        super().on_stop()

    def _resize(self, limit: int) -> None:
        with self._room:
            self.limit = min(max(limit, 1), self.ceiling)
            self._room.notify_all()

    def _in_slot(self, work: Callable[[], None]) -> None:
        if not self._enter():
            return
        try:
            work()
        finally:
            self._leave()

    def _enter(self) -> bool:
        with self._room:
            self._room.wait_for(lambda: self._closing or self._running < self.limit)
            if self._closing:
                return False
            self._running += 1
            return True

    def _leave(self) -> None:
        with self._room:
            self._running -= 1
            self._room.notify()
