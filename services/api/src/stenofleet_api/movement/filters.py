"""Which movements are listed, and from where on."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, tuple_
from stenofleet.db.models import MovementLog
from stenofleet.movement.events import day_of

from stenofleet_api import cursors

Table = MovementLog


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC, from which its day is taken.

    Raises:
        ValueError: no calendar knows it there.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("expected a time that calendars know in UTC") from None


@dataclass(frozen=True)
class Filter:
    """What a movement must be like to be listed; None asks for nothing.

    Attributes:
        after: from that time on, in UTC; with ``before`` excluded.
    """

    user_id: str | None = None
    store: str | None = None
    state: str | None = None
    camera_id: str | None = None
    after: datetime | None = None
    before: datetime | None = None

    def conditions(self, owner: str) -> list[ColumnElement[bool]]:
        """For a query of the owner's movements; days leave out whole partitions."""
        found = [
            column == value
            for column, value in (
                (Table.user_id, self.user_id),
                (Table.store, self.store),
                (Table.state, self.state),
                (Table.camera_id, self.camera_id),
            )
            if value is not None
        ]
        if self.after is not None:
            found += [Table.occurred_at >= self.after, Table.event_day >= day_of(self.after)]
        if self.before is not None:
            found += [Table.occurred_at < self.before, Table.event_day <= day_of(self.before)]
        return [Table.owner_id == owner, *found]


@dataclass(frozen=True)
class Cursor:
    """The last movement of a page, as a place in the list."""

    occurred_at: datetime
    event_id: uuid.UUID

    def conditions(self) -> list[ColumnElement[bool]]:
        """Whether a movement comes later in the list, newest first."""
        place = (self.occurred_at, self.event_id)
        return [
            tuple_(Table.occurred_at, Table.event_id) < place,
            Table.event_day <= day_of(self.occurred_at),
        ]

    def __str__(self) -> str:
        return cursors.write(self.occurred_at.isoformat(), str(self.event_id))


def read_cursor(text: str) -> Cursor:
    """The cursor that was given out.

    Raises:
        InvalidRequest: it is none of ours.
    """
    return Cursor(*cursors.read(text, _read_time, uuid.UUID))


def _read_time(text: str) -> datetime:
    return in_utc(datetime.fromisoformat(text))
