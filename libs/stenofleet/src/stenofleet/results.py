"""Celery's result backends without the subscription at each publish (extra: celery).

Celery subscribes a publisher to the result of every task it sends, in case it waits. Nobody waits
here, and the subscriptions would pile up in a publisher that lives long; with the result store
away, publishing would fail with a RuntimeError although the broker is there.
"""

from typing import Any

from celery.backends.redis import RedisBackend, SentinelBackend


class ResultStore(RedisBackend):
    """Results in Redis."""

    def on_task_call(self, *_: Any) -> None:
        """Subscribes to nothing; ``AsyncResult.get`` subscribes when it is called."""


class SentinelResultStore(SentinelBackend):
    """Results in a Redis behind Sentinels."""

    def on_task_call(self, *_: Any) -> None:
        """Subscribes to nothing; ``AsyncResult.get`` subscribes when it is called."""
