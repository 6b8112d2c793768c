"""Transcripts in PostgreSQL: segments, and who speaks in them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer
from stenofleet.contracts.roles import Role
from stenofleet.db.models import Segment, SegmentRole, SessionRole

ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Speakers:
    """Who speaks in a session.

    Attributes:
        roles: by speaker.
        names: of the speakers that people have named.
        of_segments: by segment, where it differs from its speaker's.
    """

    roles: dict[int, Role] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    of_segments: dict[int, Role] = field(default_factory=dict)

    def role(self, segment: Segment) -> Role:
        """Of the segment, else of its speaker."""
        spoken = self.roles.get(segment.speaker_id, Role.UNKNOWN)
        return self.of_segments.get(segment.id, spoken)

    def name(self, segment: Segment) -> str | None:
        """Of its speaker; a segment whose role was changed is another's, whose name is unknown."""
        return None if segment.id in self.of_segments else self.names.get(segment.speaker_id)


def speakers(db: Session, session_id: uuid.UUID) -> Speakers:
    """Who speaks in the session."""
    rows = db.scalars(select(SessionRole).where(SessionRole.session_id == session_id)).all()
    single = db.scalars(select(SegmentRole).where(SegmentRole.session_id == session_id)).all()
    return Speakers(
        roles={row.speaker_id: Role(row.role) for row in rows},
        names={row.speaker_id: row.name for row in rows if row.name},
        of_segments={row.segment_id: Role(row.role) for row in single},
    )


def count(db: Session, session_id: uuid.UUID) -> int:
    """How many segments the session has."""
    query = select(func.count()).select_from(Segment).where(Segment.session_id == session_id)
    return db.scalar(query) or 0


def segments(db: Session, session_id: uuid.UUID, *, words: bool = False) -> Iterator[Segment]:
    """The segments in order, by a cursor of the server: memory stays flat."""
    unused = [Segment.search] if words else [Segment.search, Segment.words]
    query = (
        select(Segment)
        .where(Segment.session_id == session_id)
        .order_by(Segment.position)
        .options(*(defer(column) for column in unused))
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for row in db.scalars(query):
        yield row
        db.expunge(row)
