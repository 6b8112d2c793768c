"""What lies in the list, as CSV for PostgreSQL's COPY; or why it cannot become a row. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Final, NamedTuple

import msgspec
from stenofleet.db.models.base import DEFAULT_OWNER
from stenofleet.movement.events import Movement, day_of, decode

COLUMNS: Final = (
    *("event_id", "occurred_at", "owner_id", "user_id", "track_id", "x1", "y1", "x2", "y2"),
    *("state", "store", "camera_id", "location"),
)
"""Of a line, in their order."""

NULL: Final = "null"
"""Stands for a missing value where no quotes are around it."""

LONGEST_OWNER: Final = 200
"""Letters of an owner's id: what is longer is none, and PostgreSQL could not index it."""

Values = tuple[Any, ...]
"""Of a line, by `COLUMNS`."""

_arrays: Final = msgspec.json.Encoder().encode_lines


class Row(NamedTuple):
    """An item that can be written."""

    raw: bytes
    movement: Movement


class Dead(NamedTuple):
    """An item that cannot be written."""

    raw: bytes
    owner_id: str
    reason: str


@dataclass
class Items:
    """The items of a batch, judged.

    Attributes:
        rows: those that can be written, in the order of ``csv``.
        dead: those that cannot.
        csv: all rows for COPY.
    """

    rows: list[Row] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)
    csv: bytes = b""


def judged(raws: Iterable[bytes]) -> Items:
    """Reads items; whatever they hold, each becomes either a row or a dead letter.

    All runs write in the same order: two that meet the same events wait for each other and never
    crosswise. That of the items' bytes is one, and the API has them begin with the event's id.
    """
    items = Items()
    for raw in sorted(raws):
        try:
            items.rows.append(Row(raw, _movement(raw)))
        except (ValueError, OverflowError, RecursionError) as error:
            items.dead.append(Dead(raw, DEFAULT_OWNER, str(error)))
    items.csv = as_csv(items.rows)
    return items


def buried(row: Row, reason: str) -> Dead:
    """A row that PostgreSQL refused."""
    owner = row.movement.owner_id
    return Dead(row.raw, owner if _is_owner(owner) else DEFAULT_OWNER, reason)


def as_csv(rows: Sequence[Row]) -> bytes:
    """Lines of CSV in which ``null``, without quotes, is a missing value.

    An array in JSON is such a line when its brackets are gone, unless a text in it had to be
    escaped, which JSON does with a backslash and CSV otherwise.
    """
    values = [_values(row.movement) for row in rows]
    arrays = _arrays(values)
    if b"\\" in arrays:
        return "".join(map(_line, values)).encode()
    # No text holds a line's end, or it were escaped: these brackets are the arrays' own.
    return arrays.replace(b"]\n", b"\n").replace(b"\n[", b"\n")[1:]


def _movement(raw: bytes) -> Movement:
    movement = decode(raw)
    # JSON writes NUL with a backslash.
    if b"\\" in raw and any("\0" in text for text in _texts(movement)):
        raise ValueError("a text holds NUL, which PostgreSQL cannot store")
    if movement.occurred_at.tzinfo is not UTC:
        day_of(movement.occurred_at)  # or an OverflowError: PostgreSQL's calendar is longer
    return movement


def _texts(movement: Movement) -> tuple[str, ...]:
    return (
        *(movement.owner_id, movement.user_id, movement.state, movement.store),
        *(movement.location, movement.camera_id or ""),
    )


def _values(movement: Movement) -> Values:
    return (
        movement.event_id,
        movement.occurred_at,
        movement.owner_id,
        movement.user_id,
        movement.track_id,
        *movement.bbox,
        movement.state,
        movement.store,
        movement.camera_id,
        movement.location,
    )


def _line(values: Values) -> str:
    return ",".join(map(_field, values)) + "\n"


def _field(value: object) -> str:
    if value is None:
        return NULL
    return '"' + str(value).replace('"', '""') + '"'


def _is_owner(owner: str) -> bool:
    return "\0" not in owner and len(owner) <= LONGEST_OWNER
