"""What lies in the list, as lines for PostgreSQL's COPY; or why it cannot become one. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stenofleet.db.models.base import DEFAULT_OWNER
from stenofleet.movement.events import Movement, day_of, decode

COLUMNS: Final = (
    *("event_day", "event_id", "owner_id", "occurred_at", "user_id", "track_id"),
    *("bbox", "state", "store", "camera_id", "location"),
)
"""Of a line, in their order."""

LONGEST_OWNER: Final = 200
"""Letters of an owner's id: what is longer is none, and PostgreSQL could not index it."""

_ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class Row(NamedTuple):
    """An item that can be written. Rows order by their key, which the line begins with."""

    line: str
    raw: bytes
    owner_id: str


class Dead(NamedTuple):
    """An item that cannot be written."""

    raw: bytes
    owner_id: str
    reason: str


@dataclass
class Items:
    """The items of a batch, judged."""

    rows: list[Row] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)


def judged(raws: Iterable[bytes]) -> Items:
    """Reads items; whatever they hold, each becomes either a row or a dead letter.

    All runs write in the same order, that of the key: two that meet the same events wait for each
    other and never crosswise.
    """
    items = Items()
    for raw in raws:
        try:
            items.rows.append(_row(raw))
        except (ValueError, OverflowError, RecursionError) as error:
            items.dead.append(Dead(raw, DEFAULT_OWNER, str(error)))
    items.rows.sort()
    return items


def buried(row: Row, reason: str) -> Dead:
    """A row that PostgreSQL refused."""
    owner = row.owner_id if _is_owner(row.owner_id) else DEFAULT_OWNER
    return Dead(row.raw, owner, reason)


def _row(raw: bytes) -> Row:
    movement = decode(raw)
    # JSON writes every character that COPY must have escaped, and NUL, with a backslash itself.
    line = _escaped(movement) if b"\\" in raw else _line(movement, *_texts(movement))
    return Row(line, raw, movement.owner_id)


def _line(movement: Movement, *texts: str) -> str:
    owner, user, state, store, camera, location = texts
    seen, (x1, y1, x2, y2) = movement.occurred_at, movement.bbox
    return (
        f"{day_of(seen)}\t{movement.event_id}\t{owner}\t{seen}\t{user}\t{movement.track_id}\t"
        f"{{{x1},{y1},{x2},{y2}}}\t{state}\t{store}\t{camera}\t{location}\n"
    )


def _texts(movement: Movement) -> tuple[str, str, str, str, str, str]:
    camera = r"\N" if movement.camera_id is None else movement.camera_id
    return (
        movement.owner_id,
        movement.user_id,
        movement.state,
        movement.store,
        camera,
        movement.location,
    )


def _escaped(movement: Movement) -> str:
    *before, camera, location = _texts(movement)
    if movement.camera_id is not None:
        camera = camera.translate(_ESCAPES)
    texts = [*(text.translate(_ESCAPES) for text in before), camera, location.translate(_ESCAPES)]
    if any("\0" in text for text in texts):
        raise ValueError("a text holds NUL, which PostgreSQL cannot store")
    return _line(movement, *texts)


def _is_owner(owner: str) -> bool:
    return "\0" not in owner and len(owner) <= LONGEST_OWNER
