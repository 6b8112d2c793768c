"""Routes of movements."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import AfterValidator, AwareDatetime
from starlette.concurrency import run_in_threadpool

from stenofleet_api.movement import bodies
from stenofleet_api.movement.errors import (
    NothingTaken,
    QueueAway,
    QueueFull,
    QueueOutOfMemory,
    TooDeep,
)
from stenofleet_api.movement.filters import Filter, in_utc, read_cursor
from stenofleet_api.movement.schemas import Queued, QueuedBatch, Text
from stenofleet_api.movement.service import Movements
from stenofleet_api.movement.views import DeadLetters, MovementPage, Replayed, Replaying
from stenofleet_api.problems import (
    BodyTooLarge,
    MalformedRequest,
    ServiceUnavailable,
    documented,
)

PREFIX = "/api/logs"

writing = APIRouter(prefix=PREFIX, tags=["movements"], route_class=bodies.MovementRoute)
reading = APIRouter(prefix=PREFIX, tags=["movements"])

NOT_PUT = (QueueFull, QueueAway, QueueOutOfMemory, BodyTooLarge)


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]


async def _filter(
    *,
    user_id: Annotated[Text | None, Query(description="Only this person's.")] = None,
    store: Annotated[Text | None, Query(description="Only those in this store.")] = None,
    state: Annotated[Text | None, Query(description="Only those in this state.")] = None,
    camera_id: Annotated[Text | None, Query(description="Only those by this camera.")] = None,
    occurred_after: Annotated[Moment | None, Query(description="From then on.")] = None,
    occurred_before: Annotated[Moment | None, Query(description="Before then.")] = None,
) -> Filter:
    return Filter(user_id, store, state, camera_id, occurred_after, occurred_before)


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


@reading.get(
    "/movements/", summary="List movements", responses=documented(TooDeep, ServiceUnavailable)
)
def list_movements(
    movements: Movements,
    asked: Annotated[Filter, Depends(_filter)],
    page: Annotated[int, Query(ge=1, le=2**31, description="From 1.")] = 1,
    page_size: Annotated[int, Query(ge=1, le=1_000)] = 20,
    cursor: Annotated[
        str | None,
        Query(
            max_length=200, description="`next_cursor` of the last page; then `page` is not read."
        ),
    ] = None,
) -> MovementPage:
    """Your movements, newest first: by number among the first 100,000, by cursor however deep."""
    if cursor:
        return movements.page_after(asked, read_cursor(cursor), page_size)
    return movements.page(asked, page, page_size)


@reading.get(
    "/dead-letters/", summary="List dead letters", responses=documented(ServiceUnavailable)
)
def list_dead_letters(
    movements: Movements,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        int | None, Query(ge=0, lt=2**63, description="`next_cursor` of the last page.")
    ] = None,
) -> DeadLetters:
    """What was taken and could not be written, with the reason; what is replayed is left out."""
    return movements.dead_letters(limit, cursor)


@writing.post(
    "/dead-letters/replay/",
    status_code=202,
    summary="Replay dead letters",
    responses=documented(MalformedRequest, ServiceUnavailable, *NOT_PUT),
)
def replay(
    movements: Movements,
    wanted: Annotated[Replaying | None, Body(examples=[{"ids": [17]}])] = None,
) -> Replayed:
    """Puts dead letters into the queue again; what fails again comes back with its new reason."""
    return movements.replay(wanted.ids if wanted else None)
