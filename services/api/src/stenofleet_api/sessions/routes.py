"""Routes of sessions."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query
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
from stenofleet_api.sessions.providers import PROVIDERS, Provider
from stenofleet_api.sessions.schemas import NewSession, SessionPage, SessionView, StatusView
from stenofleet_api.sessions.service import Sessions

MAX_OFFSET = 2**31 - 1

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"], route_class=IdempotentRoute)


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
    status: Annotated[SessionState | None, Query(description="Only those in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> SessionPage:
    """Your sessions, newest first."""
    found, total = sessions.page(status, limit, offset)
    items = [SessionView.model_validate(each) for each in found]
    return SessionPage(items=items, total=total, limit=limit, offset=offset)


@router.get("/providers", summary="List providers")
def providers() -> list[Provider]:
    """The engines that a session may name."""
    return PROVIDERS


@router.get(
    "/{session_id}",
    summary="Read a session",
    responses=documented(SessionNotFound, ServiceUnavailable),
)
def get(session_id: uuid.UUID, sessions: Sessions) -> SessionView:
    """One session."""
    return SessionView.model_validate(sessions.get(session_id))


@router.get(
    "/{session_id}/status",
    summary="How far it is",
    responses=documented(SessionNotFound, ServiceUnavailable),
)
def status(session_id: uuid.UUID, sessions: Sessions) -> StatusView:
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
