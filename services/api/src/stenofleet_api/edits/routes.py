"""Routes of edits."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body
from stenofleet.db.models import SegmentEdit

from stenofleet_api.edits.errors import NothingToUndo
from stenofleet_api.edits.schemas import EditsView, EditView, SegmentContent, Undo
from stenofleet_api.edits.service import Edits
from stenofleet_api.idempotency.route import IdempotentRoute
from stenofleet_api.problems import (
    BodyTooLarge,
    MalformedRequest,
    ServiceUnavailable,
    documented,
)
from stenofleet_api.sessions.errors import SessionNotFound, TranscriptNotReady

_READ = (SessionNotFound, ServiceUnavailable)
_CHANGE = (*_READ, TranscriptNotReady, MalformedRequest, BodyTooLarge)

router = APIRouter(prefix="/api/v1/sessions", tags=["edits"], route_class=IdempotentRoute)


@router.patch(
    "/{session_id}/segment-content", summary="Correct the text", responses=documented(*_CHANGE)
)
def change(session_id: uuid.UUID, wanted: SegmentContent, edits: Edits) -> EditsView:
    """Texts by segment, kept in every export; answers with what was changed."""
    return _view(edits.change(session_id, wanted.segment_content))


@router.post(
    "/{session_id}/segment-content/undo",
    summary="Undo a correction",
    responses=documented(*_CHANGE, NothingToUndo),
)
def undo(
    session_id: uuid.UUID,
    edits: Edits,
    wanted: Annotated[Undo | None, Body(examples=[{"segment_id": 17}])] = None,
) -> EditsView:
    """Takes back the last request's corrections, or the last one of a segment."""
    return _view(edits.undo(session_id, wanted.segment_id if wanted else None))


@router.get(
    "/{session_id}/segment-content", summary="List corrections", responses=documented(*_READ)
)
def history(session_id: uuid.UUID, edits: Edits) -> EditsView:
    """What was corrected and not undone, newest first; up to 1,000."""
    return _view(edits.history(session_id))


def _view(edits: Sequence[SegmentEdit]) -> EditsView:
    return EditsView(edits=[EditView.model_validate(each) for each in edits])
