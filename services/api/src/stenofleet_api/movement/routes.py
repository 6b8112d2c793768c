"""Routes of movements."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from stenofleet_api.movement import bodies
from stenofleet_api.movement.errors import (
    NothingTaken,
    QueueAway,
    QueueFull,
    QueueOutOfMemory,
)
from stenofleet_api.movement.schemas import Queued, QueuedBatch
from stenofleet_api.movement.service import Movements
from stenofleet_api.problems import BodyTooLarge, MalformedRequest, documented

PREFIX = "/api/logs"

writing = APIRouter(prefix=PREFIX, tags=["movements"], route_class=bodies.MovementRoute)

NOT_PUT = (QueueFull, QueueAway, QueueOutOfMemory, BodyTooLarge)


@writing.post(
    "/add-movement/",
    status_code=202,
    summary="Add a movement",
    openapi_extra=bodies.ONE,
    responses=documented(*NOT_PUT),
)
async def add(request: Request, movements: Movements) -> Queued:
    """Takes a movement, to be in the table soon; sent again with its event_id, it is there once."""
    body = await request.body()
    return await run_in_threadpool(movements.add, body)


@writing.post(
    "/add-movements/",
    status_code=202,
    summary="Add many movements",
    openapi_extra=bodies.MANY,
    responses=documented(MalformedRequest, NothingTaken, *NOT_PUT),
)
async def add_all(request: Request, movements: Movements) -> QueuedBatch:
    """Takes up to 10,000 movements; what is wrong with one keeps none of the others away."""
    body = await request.body()
    content_type = request.headers.get("Content-Type", "")
    return await run_in_threadpool(movements.add_all, body, content_type)
