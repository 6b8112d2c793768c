"""What can be done with the queue of movements and its workers."""

from typing import Annotated, Final

from fastapi import Depends
from redis import RedisError
from stenofleet.contracts.tasks import PING, PROCESS_MOVEMENT_LOGS
from stenofleet.db.models import DEFAULT_OWNER
from stenofleet.movement.state import look
from stenofleet.outcomes import Outcome

from stenofleet_api.deps import Context, InContext, Owner
from stenofleet_api.movement import health, tasks
from stenofleet_api.movement.errors import NoAnswerOfWorkers, NotConfirmed, queue_told
from stenofleet_api.movement.views import Cleared, Health, QueueStatus, TaskView

PING_SECONDS: Final = 5.0
"""That a test waits; the task expires with it, so that tests do not pile up."""


class QueueService:
    """The queue, as an owner sees it."""

    def __init__(self, context: Context, owner: str) -> None:
        """Publishes with the context's app."""
        self._parts = context.movements
        self._engine = context.engine
        self._owner = owner

    def status(self) -> QueueStatus:
        """What waits, or QueueAway."""
        with queue_told():
            state = look(self._parts.redis)
        return QueueStatus.of(state, self._parts.settings.movement_queue_limit)

    def clear(self, *, confirmed: bool) -> Cleared:
        """Removes the owner's movements that wait; those that a batch took are written.

        Raises:
            NotConfirmed: this installation wants it confirmed.
            QueueAway: Redis does not answer.
        """
        if self._parts.settings.require_confirm and not confirmed:
            raise NotConfirmed
        with queue_told():
            nobodys = self._owner == DEFAULT_OWNER
            return Cleared(cleared=self._parts.way_in.clear(self._owner, nobodys=nobodys))

    def process(self) -> str:
        """Asks for a batch now, and returns its task's id, or QueueAway."""
        return tasks.send(self._parts.celery, PROCESS_MOVEMENT_LOGS)

    def ping(self) -> str:
        """Asks for a small task and returns its id, or QueueAway."""
        return tasks.send(self._parts.celery, PING, expires=PING_SECONDS)

    async def view(self, task_id: str, seconds: float) -> TaskView:
        """What became of a task within so many seconds, or QueueAway."""
        with queue_told():
            ended = await tasks.within(self._parts.celery, task_id, seconds)
        return TaskView(
            status=_word(ended), task_id=task_id, result=None if ended is None else ended.result
        )

    async def pong(self, task_id: str) -> TaskView:
        """The answer of a worker.

        Raises:
            NoAnswerOfWorkers: none came in time, or an error.
        """
        try:
            ended = await tasks.within(self._parts.celery, task_id, PING_SECONDS)
        except RedisError:
            raise NoAnswerOfWorkers("The store of results does not answer.") from None
        if ended is None:
            raise NoAnswerOfWorkers(
                f"No worker of the queue `core` did a task within {PING_SECONDS:.0f} s: none runs, "
                "it is busy, or it is connected to another Redis."
            )
        if not ended.is_good:
            raise NoAnswerOfWorkers(f"A worker answered with {ended.state}: {ended.result}.")
        return TaskView(status="done", task_id=task_id, result=ended.result)

    def health(self) -> Health:
        """What works."""
        return health.checked(self._parts.redis, self._engine)


def _word(ended: Outcome | None) -> str:
    if ended is None:
        return "processing"
    return "done" if ended.is_good else "failed"


async def _service(context: InContext, owner: Owner) -> QueueService:
    return QueueService(context, owner)


Queue = Annotated[QueueService, Depends(_service)]
