import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.learn.pace import LEAST_WATCHED, Arrivals


def watched(looks: list[tuple[float, float, float]]) -> Arrivals:
    arrivals = Arrivals()
    for now, queued, started in looks:
        arrivals.saw(now, queued, started)
    return arrivals


def test_a_rate_is_unknown_before_there_was_enough_to_watch() -> None:
    assert Arrivals().rate(60) is None
    assert watched([(0, 0, 0), (LEAST_WATCHED - 0.1, 9, 0)]).rate(60) is None
    assert watched([(0, 0, 0), (LEAST_WATCHED, 10, 0)]).rate(60) == 2


def test_an_empty_window_is_a_rate_of_zero() -> None:
    arrivals = watched([(0, 0, 0), (10, 50, 0), *[(float(t), 0, 50) for t in range(20, 120)]])
    assert arrivals.rate(60) == 0


@given(
    st.floats(0.1, 50),
    st.lists(st.floats(0, 1), min_size=12, max_size=300),
)
def test_what_is_started_meanwhile_is_counted_with_what_is_queued(
    rate: float, shares: list[float]
) -> None:
    looks, started = [], 0.0
    for second, share in enumerate(shares):
        came = rate * second
        started += (came - started) * share
        looks.append((float(second), came - started, started))
    assert watched(looks).rate(60) == pytest.approx(rate)


@given(
    st.lists(
        st.tuples(st.floats(0, 30), st.integers(0, 10_000), st.integers(0, 10_000)), max_size=400
    ),
    st.floats(1, 10_000),
)
def test_it_is_never_negative(looks: list[tuple[float, int, int]], window: float) -> None:
    arrivals, now = Arrivals(), 0.0
    for passed, queued, started in looks:
        now += passed
        arrivals.saw(now, queued, started)
        rate = arrivals.rate(window)
        assert rate is None or rate >= 0


def test_a_worker_that_restarted_takes_nothing_back() -> None:
    looks = [(float(t), 0.0, float(t)) for t in range(30)]
    again = [(float(30 + t), 0.0, float(t)) for t in range(30)]
    assert watched(looks + again).rate(60) == pytest.approx(1.0, rel=0.05)


def test_a_queue_that_somebody_emptied_is_no_negative_arrival() -> None:
    looks = [(float(t), 1000.0, 0.0) for t in range(30)]
    assert watched([*looks, (30.0, 0.0, 0.0)]).rate(60) == 0


def test_tasks_of_before_the_window_do_not_count() -> None:
    busy = [(float(t), 0.0, 10.0 * t) for t in range(100)]
    calm = [(100.0 + t, 0.0, 990.0) for t in range(70)]
    assert watched(busy + calm).rate(60) == 0


def test_hours_are_kept_in_a_bounded_number_of_looks() -> None:
    arrivals = watched([(t / 2, 0.0, t * 2.0) for t in range(20_000)])
    assert arrivals.rate(9_000) == pytest.approx(4.0)
    assert len(arrivals._looks) <= 240
