"""Routes of speakers."""

import uuid

from fastapi import APIRouter

from stenofleet_api.bodies import JsonRoute
from stenofleet_api.problems import (
    BodyTooLarge,
    MalformedRequest,
    ServiceUnavailable,
    documented,
)
from stenofleet_api.sessions.errors import SessionNotFound, TranscriptNotReady
from stenofleet_api.speakers.schemas import SegmentRoles, SpeakerRoles, SpeakersView
from stenofleet_api.speakers.service import Speakers

_READ = (SessionNotFound, TranscriptNotReady, ServiceUnavailable)
_CHANGE = (*_READ, MalformedRequest, BodyTooLarge)

router = APIRouter(prefix="/api/v1/sessions", tags=["speakers"], route_class=JsonRoute)


@router.get("/{session_id}/speaker-roles", summary="Who speaks", responses=documented(*_READ))
def get(session_id: uuid.UUID, speakers: Speakers) -> SpeakersView:
    """Speakers with their roles, names and shares; guesses have a confidence."""
    return speakers.get(session_id)


@router.patch(
    "/{session_id}/speaker-roles", summary="Say who speaks", responses=documented(*_CHANGE)
)
def change(session_id: uuid.UUID, roles: SpeakerRoles, speakers: Speakers) -> SpeakersView:
    """Roles and names, for the whole session and every export."""
    return speakers.change(session_id, roles.speaker_roles)


@router.patch(
    "/{session_id}/segment-roles",
    summary="Say who speaks in single segments",
    responses=documented(*_CHANGE),
)
def change_segments(session_id: uuid.UUID, roles: SegmentRoles, speakers: Speakers) -> SpeakersView:
    """Roles that override the speaker's, by segment."""
    return speakers.change_segments(session_id, roles.segment_roles)
