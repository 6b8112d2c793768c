"""Routes of sessions."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime
from stenofleet.contracts.progress import Progress
from stenofleet.contracts.states import SessionState

from stenofleet_api.idempotency.route import IdempotentRoute
from stenofleet_api.problems import (
    BodyTooLarge,
    MalformedRequest,
    ServiceUnavailable,
    documented,
)
from stenofleet_api.sessions.errors import (
    AlreadyStarted,
    NotFailed,
    RecordingMissing,
    SessionNotFound,
    StateConflict,
)
from stenofleet_api.sessions.filters import Cursor, Filter, read_cursor
from stenofleet_api.sessions.providers import Provider, ProviderName
from stenofleet_api.sessions.schemas import (
    NewSession,
    SessionChange,
    SessionPage,
    SessionView,
)
from stenofleet_api.sessions.service import Sessions

MAX_OFFSET = 2**31 - 1

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"], route_class=IdempotentRoute)


async def _filter(
    *,
    status: Annotated[SessionState | None, Query(description="Only those in this state.")] = None,
    provider: Annotated[
        ProviderName | None, Query(description="Only those of this engine.")
    ] = None,
    tag: Annotated[str | None, Query(max_length=100, description="Only those with it.")] = None,
    q: Annotated[str | None, Query(max_length=300, description="A part of the title.")] = None,
    created_after: Annotated[AwareDatetime | None, Query(description="From then on.")] = None,
    created_before: Annotated[AwareDatetime | None, Query(description="Before then.")] = None,
) -> Filter:
    return Filter(status, provider, tag, q, created_after, created_before)


@router.post(
    "",
    status_code=201,
    summary="Create a session",
    responses=documented(MalformedRequest, BodyTooLarge, ServiceUnavailable),
)
def create(new: NewSession, sessions: Sessions) -> SessionView:
    """Begins a session; it waits for its recording."""
    return SessionView.model_validate(sessions.create(new))


@router.get("", summary="List sessions", responses=documented(ServiceUnavailable))
def list_sessions(
    sessions: Sessions,
    asked: Annotated[Filter, Depends(_filter)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
    cursor: Annotated[
        str | None,
        Query(max_length=200, description="`next_cursor` of the last page; better than an offset."),
    ] = None,
) -> SessionPage:
    """Your sessions, newest first."""
    after = read_cursor(cursor) if cursor else None
    found, total = sessions.page(asked, limit, offset, after)
    return SessionPage(
        items=[SessionView.model_validate(each) for each in found],
        total=total,
        limit=limit,
        offset=offset,
        next_cursor=str(Cursor.of(found[-1])) if len(found) == limit else None,
    )


@router.get("/providers", summary="List providers")
def providers(sessions: Sessions) -> list[Provider]:
    """The engines that a session may name."""
    return sessions.providers()


@router.get(
    "/{session_id}",
    summary="Read a session",
    responses=documented(SessionNotFound, ServiceUnavailable),
)
def get(session_id: uuid.UUID, sessions: Sessions) -> SessionView:
    """One session."""
    return SessionView.model_validate(sessions.get(session_id))


@router.patch(
    "/{session_id}",
    summary="Change a session",
    responses=documented(SessionNotFound, MalformedRequest, BodyTooLarge, ServiceUnavailable),
)
def change(session_id: uuid.UUID, wanted: SessionChange, sessions: Sessions) -> SessionView:
    """Another title, other tags."""
    return SessionView.model_validate(sessions.change(session_id, wanted))


@router.delete(
    "/{session_id}",
    status_code=204,
    summary="Delete a session",
    responses=documented(SessionNotFound, ServiceUnavailable),
)
def delete(session_id: uuid.UUID, sessions: Sessions) -> Response:
    """With its recording and transcript; what runs is stopped."""
    sessions.delete(session_id)
    return Response(status_code=204)


@router.post(
    "/{session_id}/cancel",
    summary="Cancel a session",
    responses=documented(SessionNotFound, StateConflict, ServiceUnavailable),
)
def cancel(session_id: uuid.UUID, sessions: Sessions) -> SessionView:
    """Ends what is uploading, pending or processing; a running task stops at its next step."""
    return SessionView.model_validate(sessions.cancel(session_id))


@router.get(
    "/{session_id}/status",
    summary="How far it is",
    responses=documented(SessionNotFound, ServiceUnavailable),
)
def status(session_id: uuid.UUID, sessions: Sessions) -> Progress:
    """State, progress and message, and when it is expected to be done."""
    return sessions.status(session_id)


@router.post(
    "/{session_id}/start-transcription",
    status_code=202,
    summary="Start",
    responses=documented(
        SessionNotFound, AlreadyStarted, RecordingMissing, StateConflict, ServiceUnavailable
    ),
)
def start(session_id: uuid.UUID, sessions: Sessions) -> SessionView:
    """Asks for the transcript; the answer does not wait for the broker."""
    return SessionView.model_validate(sessions.start(session_id))


@router.post(
    "/{session_id}/retry-transcription",
    status_code=202,
    summary="Try a failed session again",
    responses=documented(SessionNotFound, NotFailed, RecordingMissing, ServiceUnavailable),
)
def retry(session_id: uuid.UUID, sessions: Sessions) -> SessionView:
    """Asks again for the transcript of a session that failed."""
    return SessionView.model_validate(sessions.retry(session_id))
