"""Whether what cameras sent can become movements, each item on its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from pydantic import ValidationError
from stenofleet.movement.events import Movement, encode, time_of
from uuid_utils.compat import uuid7

from stenofleet_api.movement.schemas import MOST, NewMovement, Rejected
from stenofleet_api.problems import FieldError, InvalidRequest, MalformedRequest, field_error, shown

WHOLE: Final = "item"
"""Stands for a field when no field can be told."""


@dataclass
class Judged:
    """What became of the items of a request, in its order.

    Attributes:
        taken: as they go into the list.
        ids: an event's id, or None where it was rejected.
    """

    taken: list[bytes] = field(default_factory=list)
    ids: list[str | None] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def judge(items: Sequence[bytes], owner: str) -> Judged:
    """Judges each item, a JSON text."""
    judged = Judged()
    for index, item in enumerate(items):
        try:
            movement = complete(NewMovement.model_validate_json(item), owner)
        except ValidationError as error:
            judged.rejected.append(Rejected(index=index, errors=explain(item, error)))
            judged.ids.append(None)
        else:
            judged.taken.append(encode(movement))
            judged.ids.append(str(movement.event_id))
    return judged


def complete(given: NewMovement, owner: str) -> Movement:
    """The movement with its gaps filled."""
    event_id = given.event_id or uuid7()
    occurred_at = given.timestamp or time_of(event_id)
    assert occurred_at is not None  # noqa: S101 - an id without a time was refused with its item
    x1, y1, x2, y2 = given.bbox
    return Movement(
        event_id=event_id,
        occurred_at=occurred_at,
        owner_id=owner,
        user_id=given.user_id,
        track_id=given.track_id,
        bbox=(x1, y1, x2, y2),
        state=given.state,
        store=given.store,
        location=given.location or _location(given),
        camera_id=given.camera_id or None,
    )


def _location(given: NewMovement) -> str:
    """Where the box is; one without extent, as of a person out of sight, is nowhere."""
    x1, y1, x2, y2 = given.bbox
    if x1 == x2 and y1 == y2:
        return f"Track_{given.track_id}"
    return f"Area_({int((x1 + x2) / 2)},{int((y1 + y2) / 2)})"


def explain(item: bytes, error: ValidationError) -> list[FieldError]:
    """What is wrong with an item; text that JSON cannot carry is found in its field, too."""
    found = error.errors(include_url=False)
    if found[0]["type"] != "json_invalid":
        return [field_error(each, WHOLE) for each in found]
    try:
        # What is no UTF-8, or half a surrogate pair, becomes text that no field takes.
        loose = json.loads(item.decode(errors="surrogateescape"), strict=False)
        NewMovement.model_validate(loose)
    except ValidationError as closer:
        return [field_error(each, WHOLE) for each in closer.errors(include_url=False)]
    except (ValueError, RecursionError):
        pass
    reason = found[0]["ctx"]["error"]
    return [FieldError(field=WHOLE, expected="an object in JSON", got=f"{_start(item)}: {reason}")]


def split(body: bytes, content_type: str) -> list[bytes]:
    """The items of a request: the lines of NDJSON, or an array's elements.

    Raises:
        MalformedRequest: it looks like an array and is none.
        InvalidRequest: it has no item, or more than `MOST`.
    """
    is_array = body.lstrip()[:1] == b"[" and "ndjson" not in content_type
    items = _elements(body) if is_array else _lines(body)
    if not 1 <= len(items) <= MOST:
        expected = f"1 to {MOST} movements, as an array or one a line"
        raise InvalidRequest([FieldError(field="body", expected=expected, got=f"{len(items)}")])
    return items


def _lines(body: bytes) -> list[bytes]:
    return [line for line in body.split(b"\n") if line.strip()]


def _elements(body: bytes) -> list[bytes]:
    try:
        return [bytes(element) for element in _ARRAY.decode(body)]
    except (msgspec.DecodeError, RecursionError):
        return _loose_elements(body)


_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])


def _loose_elements(body: bytes) -> list[bytes]:
    """Elements with NaN or other things that JSON has not, so that only theirs are refused."""
    try:
        parsed: list[Any] = json.loads(body.decode(errors="surrogateescape"), strict=False)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(f"The body is no array in JSON: {error}.") from None
    return [json.dumps(each).encode() for each in parsed]


def _start(item: bytes) -> str:
    return shown(repr(item.decode(errors="replace")))
