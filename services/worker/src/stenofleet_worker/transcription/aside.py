"""Tells how far a window is from a thread of its own, so that its engine need not wait for it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

Tell = Callable[[float], None]
"""Is told how many seconds are done."""


class _Aside:
    """Has one call at a time done by a thread; for one caller."""

    def __init__(self, thread: ThreadPoolExecutor, tell: Tell) -> None:
        self._thread = thread
        self._tell = tell
        self._running: Future[None] | None = None

    def tell(self, processed: float) -> None:
        """Has it told soon; left out while the last one is not told yet.

        Raises what telling the last one raised.
        """
        if self._running is None or self._running.done():
            self.settle()
            self._running = self._thread.submit(self._tell, processed)

    def settle(self) -> None:
        """Waits for the last one, and raises what that raised."""
        running, self._running = self._running, None
        if running is not None:
            running.result()


@contextmanager
def aside(tell: Tell) -> Iterator[Tell]:
    """The same as ``tell``, without its time; the context ends once all is told.

    Raises what telling raised: a lease that was lost must stop the run.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="progress") as thread:
        told = _Aside(thread, tell)
        yield told.tell
        told.settle()
