"""When a worker that was asked to stop ends without a goodbye."""

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_worker.leaving import FAREWELL, PATIENCE, Leaving

BEGAN = 1000.0
AFTER = 0.5


def test_a_worker_that_runs_nothing_has_the_time_of_a_goodbye() -> None:
    leaving = Leaving(BEGAN)

    assert not leaving.is_due(BEGAN + FAREWELL, held=0, storing=0)
    assert leaving.is_due(BEGAN + FAREWELL + AFTER, held=0, storing=0)


def test_the_time_begins_when_the_last_task_ends() -> None:
    leaving = Leaving(BEGAN)
    ended = BEGAN + 500
    leaving.is_due(ended, held=1, storing=0)

    assert not leaving.is_due(ended + FAREWELL, held=0, storing=0)
    assert leaving.is_due(ended + FAREWELL + AFTER, held=0, storing=0)


def test_results_that_are_to_be_stored_have_longer() -> None:
    leaving = Leaving(BEGAN)
    leaving.is_due(BEGAN + 100, held=2, storing=1)

    assert not leaving.is_due(BEGAN + 100 + PATIENCE, held=2, storing=2)
    assert leaving.is_due(BEGAN + 100 + PATIENCE + AFTER, held=2, storing=2)


@given(
    st.lists(
        st.tuples(st.floats(0, 10_000), st.integers(1, 64), st.integers(0, 63)).map(
            lambda each: (each[0], each[1], min(each[2], each[1] - 1))
        ),
        min_size=1,
    )
)
def test_no_work_is_ever_cut(looks: list[tuple[float, int, int]]) -> None:
    leaving = Leaving(BEGAN)
    for seconds, held, storing in sorted(looks):
        assert not leaving.is_due(BEGAN + seconds, held, storing)
