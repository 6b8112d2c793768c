"""Routes of the queue of movements and its workers."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from starlette.concurrency import run_in_threadpool

from stenofleet_api.idempotency.route import IdempotentRoute
from stenofleet_api.movement.errors import NoAnswerOfWorkers, NotConfirmed, QueueAway
from stenofleet_api.movement.queue_service import Queue
from stenofleet_api.movement.routes import PREFIX
from stenofleet_api.movement.views import Cleared, Clearing, Health, QueueStatus, TaskView
from stenofleet_api.problems import BodyTooLarge, MalformedRequest, documented

MOST_WAIT = 30
"""Seconds: proxies end what takes longer than a minute."""

writing = APIRouter(prefix=PREFIX, tags=["movements"], route_class=IdempotentRoute)
reading = APIRouter(prefix=PREFIX, tags=["movements"])


@reading.get("/queue-status/", summary="What waits", responses=documented(QueueAway))
def queue_status(queue: Queue) -> QueueStatus:
    """How many movements wait, everybody's, and whether Redis keeps them."""
    return queue.status()


@writing.post(
    "/process/", status_code=202, summary="Write what waits", responses=documented(QueueAway)
)
async def process(
    queue: Queue,
    wait: Annotated[
        float,
        Query(ge=0, le=MOST_WAIT, allow_inf_nan=False, description="Seconds to wait for its end."),
    ] = 0,
) -> TaskView:
    """Asks for a batch now; batches come by themselves, too."""
    task_id = await run_in_threadpool(queue.process)
    return await queue.view(task_id, wait) if wait else TaskView(task_id=task_id)


@writing.post(
    "/clear-queue/",
    summary="Remove what waits",
    responses=documented(MalformedRequest, NotConfirmed, BodyTooLarge, QueueAway),
)
def clear(
    queue: Queue, clearing: Annotated[Clearing | None, Body(examples=[{"confirm": True}])] = None
) -> Cleared:
    """Removes your movements that wait, for ever; some installations want it confirmed."""
    return queue.clear(confirmed=clearing is not None and clearing.confirm)


@reading.get(
    "/test-celery/",
    summary="Have a worker answer",
    responses=documented(QueueAway, NoAnswerOfWorkers),
)
async def test_celery(queue: Queue) -> TaskView:
    """Has a worker of `core` do a small task, and waits 5 s for it."""
    return await queue.pong(await run_in_threadpool(queue.ping))


@reading.get(
    "/health/",
    summary="Whether movements flow",
)
def health(queue: Queue, response: Response) -> Health:
    """For people, and no probe: what hangs takes seconds. `unhealthy` has status 503."""
    found = queue.health()
    response.status_code = 503 if found.overall_status == "unhealthy" else 200
    return found
