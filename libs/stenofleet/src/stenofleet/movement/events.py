"""A movement as it lies in the list: JSON, one object an item."""

import uuid
from datetime import UTC, date, datetime
from typing import Annotated, Final

import msgspec

UUID7: Final = 7
Zoned = Annotated[datetime, msgspec.Meta(tz=True)]
BigInt = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""What PostgreSQL's type of that name holds."""


class Movement(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A person seen by a camera, complete: the API judged it and filled the gaps."""

    event_id: uuid.UUID
    occurred_at: Zoned
    """What its day is taken from."""
    owner_id: str
    user_id: str
    track_id: BigInt
    bbox: tuple[float, float, float, float]
    """x1, y1, x2, y2; x1 <= x2 and y1 <= y2."""
    state: str
    store: str
    location: str
    camera_id: str | None = None


def day_of(occurred_at: datetime) -> date:
    """The partition of an event: the day in UTC on which it happened.

    Raises:
        OverflowError: in UTC it lies before the year 1 or after 9999.
    """
    return occurred_at.astimezone(UTC).date()


def time_of(event_id: uuid.UUID) -> datetime | None:
    """The time that a UUIDv7 holds, to the millisecond; None for another kind of id.

    Source: RFC 9562, 5.7: the first 48 bits are milliseconds since 1970.
    """
    if event_id.version != UUID7:
        return None
    return datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC)


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Movement).decode
"""Raises msgspec.ValidationError or DecodeError with the place and what was expected there."""
