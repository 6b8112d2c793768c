from math import inf, isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.plan.queueing import (
    Load,
    chance_to_wait,
    last_start,
    share_within,
    slots_for,
    wait,
)

LOADS = st.builds(Load, rate=st.floats(1e-4, 5), seconds=st.floats(0.1, 100))

# The example of most textbooks on call centres: 200 calls an hour of 3 minutes, 14 agents.
CALLS = Load(200 / 3600, 180)


def test_the_textbooks_example_comes_out() -> None:
    assert CALLS.offered == pytest.approx(10)
    assert chance_to_wait(CALLS, 14) == pytest.approx(0.174, abs=5e-4)
    assert share_within(CALLS, 14, 20) == pytest.approx(0.888, abs=5e-4)


def test_one_slot_waits_as_often_as_it_is_busy() -> None:
    assert chance_to_wait(Load(0.3, 2), 1) == pytest.approx(0.6)


def test_with_fewer_slots_than_work_nobody_is_promised_anything() -> None:
    assert wait(CALLS, 10, 0.5) == inf
    assert share_within(CALLS, 10, 3600) == 0


@given(LOADS, st.integers(1, 40))
def test_a_slot_more_makes_nobody_wait_longer(load: Load, slots: int) -> None:
    assert wait(load, slots + 1, 0.95) <= wait(load, slots, 0.95)


@given(LOADS, st.floats(0.1, 600), st.floats(0.5, 0.999))
def test_the_slots_hold_the_objective_and_one_fewer_does_not(
    load: Load, seconds: float, share: float
) -> None:
    slots = slots_for(load, seconds, share)

    assert wait(load, slots, share) <= seconds
    assert slots == 1 or wait(load, slots - 1, share) > seconds


@given(LOADS, st.integers(1, 40), st.floats(0.5, 0.999))
def test_the_wait_and_the_share_within_it_say_the_same(
    load: Load, slots: int, share: float
) -> None:
    seconds = wait(load, slots, share)

    if isfinite(seconds) and seconds > 0:
        assert share_within(load, slots, seconds) == pytest.approx(share)


def test_of_a_burst_the_last_waits_for_all_rounds_before_it() -> None:
    assert last_start(100, 210, 10) == 9 * 210
    assert last_start(10, 210, 10) == 0
