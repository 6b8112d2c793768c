"""Whatever is sent, each item is either taken or named with what is wrong."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.movement.events import day_of, decode, time_of
from stenofleet_api.movement.judging import WHOLE, judge, split
from stenofleet_api.movement.schemas import AHEAD, EARLIEST, NewMovement
from stenofleet_api.problems import MalformedRequest, ProblemError
from support.movements_sent import movement

NAMES = (*NewMovement.model_fields, "other")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(
    SCALARS, lambda each: st.lists(each) | st.dictionaries(st.text(), each), max_leaves=8
)
COORDINATES = st.floats(-1e6, 1e6)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@st.composite
def boxes(draw: st.DrawFn) -> list[float]:
    (x1, x2), (y1, y2) = (sorted([draw(COORDINATES), draw(COORDINATES)]) for _ in range(2))
    return [x1, y1, x2, y2]


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_any_fields_are_judged_without_an_error_of_ours(changes: dict[str, Any]) -> None:
    judged = judge([json.dumps({**movement(), **changes}).encode()], "ann")

    assert len(judged.taken) + len(judged.rejected) == len(judged.ids) == 1
    for rejected in judged.rejected:
        assert all(each.field and each.expected and each.got for each in rejected.errors)
    for item in judged.taken:
        taken = decode(item)
        assert taken.owner_id == "ann"
        assert EARLIEST <= taken.occurred_at <= datetime.now(UTC) + AHEAD


@given(st.binary(max_size=200))
def test_any_bytes_are_judged_or_told_to_be_no_list(body: bytes) -> None:
    try:
        items = split(body, "")
    except ProblemError:
        return
    judged = judge(items, "ann")

    assert judged.ids == [None] * len(items)
    assert [each.index for each in judged.rejected] == list(range(len(items)))


@given(boxes(), TEXTS.filter(lambda text: len(text) <= 200), st.integers(-(2**63), 2**63 - 1))
def test_what_is_right_goes_into_the_list_as_it_was_said(
    bbox: list[float], text: str, track_id: int
) -> None:
    given = movement(bbox=bbox, user_id=text, track_id=track_id)

    [item] = judge([json.dumps(given).encode()], "ann").taken

    taken = decode(item)
    assert list(taken.bbox) == bbox
    assert (taken.user_id, taken.track_id) == (text, track_id)
    assert taken.occurred_at == time_of(taken.event_id)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2026, 1, 1)))  # noqa: DTZ001 - UTC by default
def test_the_same_event_has_the_same_day_whenever_it_is_sent(moment: datetime) -> None:
    given = movement(event_id=str(uuid.uuid4()), timestamp=moment.isoformat())

    one, other = judge([json.dumps(given).encode()] * 2, "ann").taken

    assert one == other
    assert day_of(decode(one).occurred_at) == moment.date()


@given(st.lists(JSON, min_size=1, max_size=5))
def test_an_arrays_elements_are_its_items_even_with_numbers_that_are_none(items: list[Any]) -> None:
    found = split(json.dumps(items).encode(), "application/json")

    assert [repr(json.loads(each)) for each in found] == [repr(each) for each in items]


@pytest.mark.parametrize("separator", [b"\n", b"\r\n", b"\n\n \n"])
def test_lines_are_items_and_blank_ones_are_none(separator: bytes) -> None:
    assert [each.strip() for each in split(separator.join([b"{}", b"[]", b""]), "")] == [
        b"{}",
        b"[]",
    ]


def test_a_line_that_begins_like_an_array_is_an_item_of_ndjson() -> None:
    [item] = split(b"[1, 2]", "application/x-ndjson; charset=utf-8")

    [rejected] = judge([item], "ann").rejected
    assert [each.field for each in rejected.errors] == [WHOLE]


def test_an_array_that_breaks_off_is_none() -> None:
    with pytest.raises(MalformedRequest):
        split(b'[{"user_id": NaN}, ', "application/json")
