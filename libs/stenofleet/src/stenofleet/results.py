"""Celery's result backends without the subscription at each publish (extra: celery).

Celery subscribes a publisher to the result of every task it sends, in case it waits. Nobody waits
here, and the subscriptions would pile up in a publisher that lives long; with the result store
away, publishing would fail with a RuntimeError although the broker is there.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.backends.redis import RedisBackend, SentinelBackend


class _Count:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.number = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def _add(self, step: int) -> None:
        with self._lock:
            self.number += step


_storing = _Count()


def storing() -> int:
    """How many threads of this process store a result just now, or wait for the store."""
    return _storing.number


class ResultStore(RedisBackend):
    """Results in Redis."""

    def on_task_call(self, *_: Any) -> None:
        """Subscribes to nothing; ``AsyncResult.get`` subscribes when it is called."""

    def store_result(self, *args: Any, **kwargs: Any) -> Any:
        """Counts it in `storing`."""
        with _storing.one():
            return super().store_result(*args, **kwargs)


class SentinelResultStore(ResultStore, SentinelBackend):
    """Results in a Redis behind Sentinels."""
