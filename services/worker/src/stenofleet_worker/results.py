"""What ``AsyncResult`` of a session's job tells while it runs."""

from typing import Any, Final

import structlog
from celery import Celery, states
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

PROGRESS: Final = "PROGRESS"
"""The custom state; its meta is ``{"percent": float, "message": str}``."""


class Reporter:
    """Stores how far a job is under its id."""

    def __init__(self, app: Celery, task_id: str) -> None:
        self._app = app
        self._task_id = task_id

    def started(self, percent: float) -> None:
        """The session is claimed; ``percent`` is what earlier deliveries had done."""
        if percent:
            self.progress(percent, "Started again")
        else:
            offer(self._app, self._task_id, states.STARTED, None)

    def progress(self, percent: float, message: str) -> None:
        """``percent`` of the recording is done."""
        meta = {"percent": percent, "message": message}
        offer(self._app, self._task_id, PROGRESS, meta)


def offer(app: Celery, task_id: str, state: str, meta: Any) -> bool:
    """Stores a state without insisting; False when the result store is away.

    A run must not wait for Redis: its progress stands in PostgreSQL as well.
    """
    backend: Any = app.backend
    try:
        # Not store_result, which tries again for as long as the store is away.
        backend._store_result(task_id, meta, state)  # noqa: SLF001
    except RedisError:
        log.warning("the result store is away, progress is not shown there", state=state)
        return False
    return True


def store_failure(app: Celery, task_id: str, error: Exception) -> bool:
    """Ends a job that no worker runs any more; False when the result store is away."""
    result = app.backend.prepare_exception(error, serializer="json")
    return offer(app, task_id, states.FAILURE, result)
