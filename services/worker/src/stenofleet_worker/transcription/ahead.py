"""Listens to windows that are cut already, while the rest of their recording is decoded."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from stenofleet_worker.transcription.engines.base import Span
from stenofleet_worker.transcription.windows import Detect, Window


class _Ahead:
    """Has a thread find where somebody speaks in windows; for one caller."""

    def __init__(self, thread: ThreadPoolExecutor, speech: Detect) -> None:
        self._thread = thread
        self._speech = speech
        self._of: dict[int, Future[Sequence[Span]]] = {}

    def through(self, windows: Iterable[Window]) -> Iterator[Window]:
        """The same windows; each is listened to while the next one is looked for.

        Decoding is faster than listening, and what waits takes memory: a window that comes while
        another one waits is left to whoever hears it.
        """
        for window in windows:
            if not self._waits():
                self._of[window.index] = self._thread.submit(self._speech, window.audio)
            yield window

    def found(self, index: int) -> Sequence[Span] | None:
        """Where somebody speaks in a window, once the context has ended; None when left out.

        Raises what listening raised.
        """
        listened = self._of.get(index)
        return None if listened is None or listened.cancelled() else listened.result()

    def _waits(self) -> bool:
        return any(not (each.running() or each.done()) for each in self._of.values())


@contextmanager
def ahead(speech: Detect) -> Iterator[_Ahead]:
    """Listens by ``speech``; at the end of the context, only to what it has begun with."""
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="listening")
    try:
        yield _Ahead(thread, speech)
    finally:
        thread.shutdown(cancel_futures=True)
