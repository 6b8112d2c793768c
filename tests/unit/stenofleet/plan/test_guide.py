import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.plan.guide import by_the_guide


def test_the_guides_own_example_gives_the_guides_own_numbers() -> None:
    found = by_the_guide(peak_users=100, safety=1.5, tasks_per_worker=4)

    assert (found.required, found.workers, found.concurrency) == (150, 37, 4)
    assert (found.total, found.short) == (148, 2)


@pytest.mark.parametrize("safety", [1.1, 1.15, 1.7])
def test_a_margin_that_binary_cannot_write_adds_no_slot(safety: float) -> None:
    assert by_the_guide(100, safety, 1).required == round(safety * 100)


@given(st.integers(1, 10_000), st.floats(1, 10), st.integers(1, 64))
def test_what_is_short_is_less_than_a_worker(users: int, safety: float, tasks: int) -> None:
    assert 0 <= by_the_guide(users, safety, tasks).short < tasks
