"""Routes of live events."""

import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel, Field
from stenofleet.keys import Scope

from stenofleet_api.auth.errors import RateLimited, ScopeMissing, Unauthenticated
from stenofleet_api.deps import InContext, Owner, identify
from stenofleet_api.events.errors import TicketRefused, TicketsAway
from stenofleet_api.events.seen import has_ended
from stenofleet_api.events.service import LiveEvents, Told
from stenofleet_api.events.tickets import SECONDS
from stenofleet_api.problems import ServiceUnavailable, documented
from stenofleet_api.sessions.errors import SessionNotFound

HEADERS: Final = {
    "Cache-Control": "no-store",
    # nginx would keep events back until its buffer is full.
    "X-Accel-Buffering": "no",
}
AGAIN_MILLISECONDS: Final = 2_000
"""After which a browser connects again."""

streams = APIRouter(prefix="/api/v1", tags=["events"])
"""Take a ticket as well as a key, and ask for either themselves."""

tickets = APIRouter(prefix="/api/v1/events", tags=["events"])

Ticket = Annotated[
    str | None, Query(max_length=100, description="Instead of a key; serves for one connection.")
]
LastId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=50)]


class NewTicket(BaseModel):
    """Lets a browser watch."""

    ticket: str = Field(examples=["hZr1oO0r7u7y9ZQ8yTq3tJ1Xv0s0aQ2W6c5d4e3f2g1"])
    expires_in: int = Field(SECONDS, description="Seconds until it is of no use any more.")


async def _watcher(request: Request, context: InContext, ticket: Ticket = None) -> str:
    """Whose events the request may see: a ticket's owner, or the key's."""
    if ticket is not None:
        return await context.live.tickets.take(ticket)
    caller = await identify(request)
    if not caller.may(Scope.SESSIONS):
        raise ScopeMissing(Scope.SESSIONS, caller.scopes)
    return caller.owner


async def _events(context: InContext, owner: Annotated[str, Depends(_watcher)]) -> LiveEvents:
    return LiveEvents(context.live.hub, context.live.stream, context.sessions, owner)


Events = Annotated[LiveEvents, Depends(_events)]
_REFUSALS = documented(
    Unauthenticated, ScopeMissing, RateLimited, TicketRefused, TicketsAway, ServiceUnavailable
)
_EXAMPLE: Final = """event: session.progress
data: {"session_id": "0b7de8a5-6f0f-4f3d-9f9f-5c1d1f8f7a10", "status": "processing", ...}
id: 1767605466000-0
"""
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Server-Sent Events",
        "content": {"text/event-stream": {"example": _EXAMPLE}},
    },
}


@tickets.post(
    "/tickets",
    status_code=201,
    summary="Get a ticket",
    responses=documented(TicketsAway),
)
async def create_ticket(context: InContext, owner: Owner) -> NewTicket:
    """For browsers, whose EventSource sends no key: `?ticket=...`, once, within a minute."""
    return NewTicket(ticket=await context.live.tickets.give(owner), expires_in=SECONDS)


@streams.get(
    "/events",
    summary="Watch your sessions",
    response_class=StreamingResponse,
    responses=_STREAM | _REFUSALS,
)
async def watch_all(events: Events, last_event_id: LastId = None) -> Response:
    """First what runs, as `snapshot`, then an event for each change of any of your sessions."""
    return _response(events.of_all(last_event_id))


@streams.get(
    "/sessions/{session_id}/events",
    summary="Watch a session",
    response_class=StreamingResponse,
    responses=_STREAM
    | _REFUSALS
    | documented(SessionNotFound)
    | {204: {"description": "The session has ended, and you have heard of it."}},
)
async def watch(session_id: uuid.UUID, events: Events, last_event_id: LastId = None) -> Response:
    """First how far it is, as `snapshot`, then an event for each change, until it has ended."""
    if not has_ended(await events.find(session_id)):
        return _response(events.of_one(session_id, last_event_id))
    missed = await events.missed(session_id, last_event_id)
    if missed == []:
        # A browser connects again when the stream ends, unless it is told so.
        return Response(status_code=204)
    return _response(events.of_one(session_id, last_event_id, missed or []))


def _response(told: AsyncIterator[Told]) -> StreamingResponse:
    return StreamingResponse(_lines(told), media_type="text/event-stream", headers=HEADERS)


async def _lines(told: Any) -> AsyncIterator[bytes]:
    yield format_sse_event(retry=AGAIN_MILLISECONDS)
    async with aclosing(told) as events:
        async for each in events:
            yield _line(each)


def _line(told: Told) -> bytes:
    if told.name is None:
        return format_sse_event(comment="still here")
    return format_sse_event(data_str=told.data, event=told.name, id=told.id)
