"""Whatever lies in the list becomes a line that COPY reads back, or a dead letter."""

import csv
import io
import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.movement.events import Movement, encode
from stenofleet_worker.movement.rows import (
    COLUMNS,
    LONGEST_OWNER,
    NULL,
    Row,
    as_csv,
    buried,
    judged,
)
from support.movements import movement

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
MOVEMENTS = st.builds(
    Movement,
    event_id=st.uuids(),
    occurred_at=st.datetimes(
        min_value=datetime(2, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        max_value=datetime(9998, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC) | st.just(timezone(timedelta(hours=-9, minutes=-30))),
    ),
    owner_id=TEXTS,
    user_id=TEXTS,
    track_id=st.integers(-(2**63), 2**63 - 1),
    bbox=st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    state=TEXTS,
    store=TEXTS,
    location=TEXTS,
    camera_id=st.none() | TEXTS,
)


def read_back(text: bytes) -> list[dict[str, Any]]:
    """Lines of CSV, as PostgreSQL reads them; of missing values only cameras are looked for."""
    lines = csv.reader(io.StringIO(text.decode(), newline=""), strict=True)
    rows: list[dict[str, Any]] = [dict(zip(COLUMNS, each, strict=True)) for each in lines]
    for row in rows:
        row["occurred_at"] = datetime.fromisoformat(row["occurred_at"])
        row["bbox"] = tuple(float(row.pop(name)) for name in ("x1", "y1", "x2", "y2"))
        if row["camera_id"] == NULL and f',{NULL},"'.encode() in text:
            row["camera_id"] = None
    return rows


@given(MOVEMENTS)
def test_every_movement_is_read_back_as_it_was(given_one: Movement) -> None:
    items = judged([encode(given_one)])
    assert items.dead == []
    (fields,) = read_back(items.csv)
    for name in ("owner_id", "user_id", "state", "store", "camera_id", "location"):
        assert fields[name] == getattr(given_one, name)
    assert fields["event_id"] == str(given_one.event_id)
    assert fields["track_id"] == str(given_one.track_id)
    assert (fields["occurred_at"], fields["bbox"]) == (given_one.occurred_at, given_one.bbox)


@given(st.lists(MOVEMENTS, max_size=5))
def test_lines_are_the_same_whatever_stands_beside_them(movements: list[Movement]) -> None:
    rows = [Row(encode(each), each) for each in movements]
    alone = [read_back(as_csv([row]))[0] for row in rows]
    assert read_back(as_csv(rows)) == alone


@pytest.mark.parametrize("other", ["plain", 'with "quotes"', "line\nend]\n["])
@pytest.mark.parametrize("camera", ["null", r"\N", "", "[", "]"])
def test_a_text_that_looks_like_a_missing_value_is_none(camera: str, other: str) -> None:
    row = movement(1, camera_id=camera, user_id=other)
    text = judged([encode(row)]).csv
    assert f',"{camera}",'.encode() in text
    assert read_back(text)[0]["user_id"] == other


@given(st.lists(st.binary() | st.builds(encode, MOVEMENTS)))
def test_nothing_is_lost_and_nothing_comes_twice(raws: list[bytes]) -> None:
    items = judged(raws)
    assert sorted([row.raw for row in items.rows] + [each.raw for each in items.dead]) == sorted(
        raws
    )


@given(st.permutations([encode(movement(number)) for number in range(12)]))
def test_all_runs_write_in_one_order(raws: list[bytes]) -> None:
    assert [row.raw for row in judged(raws).rows] == [
        encode(movement(number)) for number in range(12)
    ]


def changed(**changes: Any) -> bytes:
    return json.dumps({**json.loads(encode(movement(1))), **changes}).encode()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"hello", "JSON is malformed"),
        (b"", "Input data was truncated"),
        (b"\xff\xfe", "JSON is malformed"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"x":' + b"[" * 100_000, "recursion"),
        (b"{}", "missing required field `event_id`"),
        (changed(event_id="seven"), "Invalid UUID - at `$.event_id`"),
        (changed(bbox=[1, 2, 3]), "of length 4 - at `$.bbox`"),
        (changed(track_id=2**63), "at `$.track_id`"),
        (changed(occurred_at="2026-01-01T00:00:00"), "timezone component - at `$.occurred_at`"),
        (changed(occurred_at="0001-01-01T00:00:00+10:00"), "date value out of range"),
        (changed(user_id="a\0b"), "holds NUL"),
        (changed(user_id="\ud800"), "surrogate"),
        (encode(movement(1)).replace(b"user-1", b"user-\xff"), "utf-8"),
        (encode(movement(1)).replace(b"10.5", b"1e999"), "out of range - at `$.bbox[0]`"),
        (encode(movement(1)).replace(b"10.5", b"NaN"), "JSON is malformed"),
    ],
)
def test_what_cannot_become_a_row_is_told_with_its_reason(raw: bytes, reason: str) -> None:
    items = judged([raw, encode(movement(2))])
    assert [row.raw for row in items.rows] == [encode(movement(2))]
    (dead,) = items.dead
    assert (dead.raw, dead.owner_id) == (raw, "default")
    assert reason in dead.reason


@pytest.mark.parametrize("owner", ["a\0b", "o" * (LONGEST_OWNER + 1)])
def test_a_refused_row_whose_owner_is_none_is_the_default_one_s(owner: str) -> None:
    row = judged([encode(movement(1))]).rows[0]
    assert buried(row, "why") == (row.raw, "default", "why")
    for given_owner, told in (("acme", "acme"), (owner, "default")):
        theirs = Row(row.raw, movement(1, owner_id=given_owner))
        assert buried(theirs, "why").owner_id == told


def test_the_same_event_gives_the_same_line_whenever_it_is_read() -> None:
    raw = encode(movement(1, event_id=uuid.uuid4()))
    assert judged([raw]).csv == judged([raw]).csv != b""
