"""Which sessions are listed, and from where on."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, tuple_
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionSession

from stenofleet_api import cursors

Table = TranscriptionSession


@dataclass(frozen=True)
class Filter:
    """What a session must be like to be listed; None asks for nothing.

    Attributes:
        title: a part of the title, in any case.
        created_after: from that time on; with ``created_before`` excluded.
    """

    status: SessionState | None = None
    provider: str | None = None
    tag: str | None = None
    title: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None

    def conditions(self, owner: str) -> list[ColumnElement[bool]]:
        """For a query of the owner's sessions."""
        found: list[ColumnElement[bool]] = []
        if self.status is not None:
            found.append(Table.status == self.status.value)
        if self.provider is not None:
            found.append(Table.provider == self.provider)
        if self.tag is not None:
            found.append(Table.tags.contains([self.tag]))
        if self.title is not None:
            found.append(Table.title.icontains(self.title, autoescape=True))
        if self.created_after is not None:
            found.append(Table.created_at >= self.created_after)
        if self.created_before is not None:
            found.append(Table.created_at < self.created_before)
        return [Table.owner_id == owner, *found]


@dataclass(frozen=True)
class Cursor:
    """The last session of a page, as a place in the list."""

    created_at: datetime
    session_id: uuid.UUID

    @classmethod
    def of(cls, session: TranscriptionSession) -> "Cursor":
        """The place of a session."""
        return cls(session.created_at, session.id)

    def after(self) -> ColumnElement[bool]:
        """Whether a session comes later in the list, newest first."""
        return tuple_(Table.created_at, Table.id) < (self.created_at, self.session_id)

    def __str__(self) -> str:
        return cursors.write(self.created_at.isoformat(), str(self.session_id))


def read_cursor(text: str) -> Cursor:
    """The cursor that was given out.

    Raises:
        InvalidRequest: it is none of ours.
    """
    return Cursor(*cursors.read(text, datetime.fromisoformat, uuid.UUID))
