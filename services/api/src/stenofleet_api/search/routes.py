"""The route of search."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, StringConstraints
from stenofleet.db.models import Segment, TranscriptionSession

from stenofleet_api.deps import InContext, Owner
from stenofleet_api.problems import ServiceUnavailable, documented
from stenofleet_api.search import repository
from stenofleet_api.search.schemas import Hit, Hits
from stenofleet_api.sessions.schemas import storable

MAX_OFFSET = 10_000

router = APIRouter(prefix="/api/v1", tags=["search"])

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(storable),
]


@router.get("/search", summary="Search in transcripts", responses=documented(ServiceUnavailable))
def search(
    context: InContext,
    owner: Owner,
    q: Annotated[Words, Query(description='Words; "a phrase", or, and -without are understood.')],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> Hits:
    """Where it was said, in your completed sessions."""
    with context.sessions() as db:
        found = repository.find(db, owner, q, limit=limit + 1, offset=offset)
    items = [_hit(segment, session) for segment, session in found[:limit]]
    return Hits(items=items, limit=limit, offset=offset, more=len(found) > limit)


def _hit(segment: Segment, session: TranscriptionSession) -> Hit:
    return Hit(
        session_id=session.id,
        title=session.title,
        segment_id=segment.id,
        speaker_id=segment.speaker_id,
        start_sec=segment.start_seconds,
        end_sec=segment.end_seconds,
        content=segment.content,
    )
