"""Places in lists, as clients bear them."""

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_api import cursors
from stenofleet_api.problems import InvalidRequest

KINDS = (datetime.fromisoformat, uuid.UUID)


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_leads_to_its_place(at: datetime, key: uuid.UUID) -> None:
    assert cursors.read(cursors.write(at.isoformat(), str(key)), *KINDS) == (at, key)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_cursor_may_go_into_an_address(word: str) -> None:
    cursor = cursors.write(word)

    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert cursors.read(cursor, str) == (word,)


@given(st.text())
def test_any_other_text_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        cursors.read(text, *KINDS)
    assert refused.value.members["errors"][0]["field"] == "query.cursor"


@pytest.mark.parametrize("place", [(), ("2026-01-05",), ("a", "b"), ("2026-01-05", "x", "y")])
def test_a_cursor_of_another_list_is_refused(place: tuple[str, ...]) -> None:
    with pytest.raises(InvalidRequest):
        cursors.read(cursors.write(*place), *KINDS)
