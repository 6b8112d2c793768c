"""Tasks that are asked for by a request, and how long it waits for them."""

import uuid
from typing import Any, Final

import anyio
from anyio import to_thread
from celery import Celery
from stenofleet.movement.intake import BROKER_AWAY
from stenofleet.outcomes import Outcome, outcome

from stenofleet_api.movement.errors import QueueAway

LOOK_SECONDS: Final = 0.1
"""Between two looks at a result."""


def send(celery: Celery, name: str, **options: Any) -> str:
    """Publishes a task without arguments and returns its id.

    Raises:
        QueueAway: the broker does not take it.
    """
    task_id = str(uuid.uuid4())
    try:
        celery.send_task(name, task_id=task_id, retry=False, **options)
    except BROKER_AWAY:
        raise QueueAway("takes no tasks") from None
    return task_id


async def within(celery: Celery, task_id: str, seconds: float) -> Outcome | None:
    """How the task ended, or None when it has not within so many seconds.

    Raises:
        redis.RedisError: the result store is away.
    """
    with anyio.move_on_after(seconds):
        while True:
            # A store that does not answer keeps its thread, and no request.
            ended = await to_thread.run_sync(outcome, celery, task_id, abandon_on_cancel=True)
            if ended is not None:
                return ended
            await anyio.sleep(LOOK_SECONDS)
    return None
