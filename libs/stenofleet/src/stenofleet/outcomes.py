"""How a task ended, looked up without waiting (extra: celery)."""

from dataclasses import dataclass
from typing import Any

from celery import Celery
from celery.states import READY_STATES, SUCCESS


@dataclass(frozen=True)
class Outcome:
    """The end of a task.

    Attributes:
        state: Celery's, one of those that are final.
        result: what the task returned, or its error as a sentence.
    """

    state: str
    result: Any

    @property
    def is_good(self) -> bool:
        """Whether the task did what it should."""
        return self.state == SUCCESS


def outcome(app: Celery, task_id: str) -> Outcome | None:
    """How the task ended; None while it has not.

    Raises:
        redis.RedisError: the result store is away.
    """
    told: dict[str, Any] = app.backend.get_task_meta(task_id)
    if told["status"] not in READY_STATES:
        return None
    result = told["result"]
    return Outcome(told["status"], str(result) if isinstance(result, BaseException) else result)
