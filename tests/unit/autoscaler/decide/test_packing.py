"""How few slots start a set of tasks in time."""

import math

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.decide.packing import Room, slots_to_start

rooms = st.lists(
    st.builds(Room, st.integers(0, 9), st.floats(0, 60), st.booleans()), max_size=4
).map(lambda some: [*some, Room(None, 20.0)])
kinds = st.lists(st.tuples(st.integers(0, 40), st.floats(0.1, 90)), max_size=5).map(
    lambda some: sorted(some, key=lambda kind: -kind[1])
)


def test_a_slot_starts_one_task_at_once_and_another_whenever_one_ends_in_time() -> None:
    assert slots_to_start([(31, 1.0)], [Room(None, 30.0)]) == 1
    assert slots_to_start([(32, 1.0)], [Room(None, 30.0)]) == 2


def test_a_task_longer_than_the_time_left_needs_a_slot_of_its_own() -> None:
    assert slots_to_start([(7, 90.0)], [Room(None, 30.0)]) == 7


def test_slots_that_are_wanted_anyway_are_used_for_nothing() -> None:
    assert slots_to_start([(10, 10.0)], [Room(5, 20.0, is_wanted=True), Room(None, 30.0)]) == 0


def test_short_tasks_go_behind_long_ones_that_end_in_time() -> None:
    assert slots_to_start([(1, 20.0), (10, 1.0)], [Room(None, 30.0)]) == 1


def test_short_tasks_do_not_go_behind_one_that_ends_too_late() -> None:
    assert slots_to_start([(1, 31.0), (10, 1.0)], [Room(None, 30.0)]) == 2


def test_tasks_that_take_no_time_need_one_slot() -> None:
    assert slots_to_start([(5, 0.0)], [Room(None, 1.0)]) == 1


@given(kinds, rooms)
def test_no_more_slots_than_tasks_are_used(
    kinds: list[tuple[int, float]], rooms: list[Room]
) -> None:
    assert 0 <= slots_to_start(kinds, rooms) <= sum(count for count, _ in kinds)


@given(st.integers(0, 500), st.floats(0.1, 90), st.floats(1, 60))
def test_equal_tasks_need_what_the_closed_form_says(count: int, each: float, left: float) -> None:
    starts = 1 + math.floor(left / each)
    assert slots_to_start([(count, each)], [Room(None, left)]) == math.ceil(count / starts)
