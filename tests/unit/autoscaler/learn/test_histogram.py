import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.learn.histogram import Histogram

NOW = 1_800_000_000.0
DAY = 86_400.0
VALUES = st.lists(st.floats(0.001, 10_000), min_size=1, max_size=60)


def of(*values: float, at: float = NOW) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.add(value, at)
    return histogram


def test_nothing_is_known_of_nothing() -> None:
    assert Histogram().mean() is None
    assert Histogram().quantile(0.5) is None


@given(VALUES)
def test_the_mean_and_every_quantile_lie_between_the_least_and_the_most(
    values: list[float],
) -> None:
    histogram = of(*values)
    mean, low, high = histogram.mean(), min(values) / 1.1, max(values) * 1.1
    assert mean is not None
    assert low <= mean <= high
    for q in (0.0, 0.5, 0.95, 1.0):
        assert low <= (histogram.quantile(q) or 0) <= high


@given(VALUES)
def test_quantiles_grow_with_the_share(values: list[float]) -> None:
    histogram = of(*values)
    told = [histogram.quantile(q / 10) or 0 for q in range(11)]
    assert told == sorted(told)


@given(st.floats(0.001, 10_000), st.integers(1, 3000))
def test_a_constant_is_told_as_it_is_however_often_it_came(value: float, times: int) -> None:
    histogram = of(*[value] * times)
    assert histogram.mean() == pytest.approx(value, rel=1e-6)
    assert histogram.quantile(0.5) == pytest.approx(value, rel=0.1)


def test_what_changed_is_learned_after_a_few_half_lives() -> None:
    histogram = of(*[1.0] * 1000, *[5.0] * 300)
    assert histogram.mean() == pytest.approx(5.0, rel=0.05)


def test_the_first_figure_after_a_month_outweighs_what_was_before() -> None:
    histogram = of(*[1.0] * 1000)
    histogram.add(3.0, NOW + 30 * DAY)
    assert histogram.mean() == pytest.approx(3.0, rel=0.01)


def test_one_absurd_figure_does_not_spoil_the_mean() -> None:
    histogram = of(*[1.0] * 100, 1e9)
    assert (histogram.mean() or 0) < 1.3


@given(st.sampled_from([math.nan, math.inf, -math.inf, -1.0]))
def test_what_is_no_positive_number_is_left_out(value: float) -> None:
    assert of(2.0, value).mean() == of(2.0).mean()


@given(VALUES)
def test_it_outlives_a_restart(values: list[float]) -> None:
    before = of(*values)
    after = Histogram.from_dict(before.to_dict())
    assert after.mean() == pytest.approx(before.mean(), rel=1e-3)
    if len(before.to_dict()["bins"]) < 24:
        low, high = (before.quantile(q) or 0 for q in (0.45, 0.55))
        assert low <= (after.quantile(0.5) or 0) <= high
    assert after.weight == pytest.approx(before.weight, rel=0.5)


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["bins", "mean", "at"]), inner)
        ),
    )
)
def test_garbage_is_an_empty_one_and_can_be_added_to(told: object) -> None:
    histogram = Histogram.from_dict(told)
    histogram.add(2.0, NOW)
    assert (histogram.mean() or 0) > 0


def test_a_clock_that_went_back_changes_no_weight() -> None:
    histogram = of(1.0, 1.0)
    histogram.add(1.0, NOW - DAY)
    assert histogram.weight == pytest.approx(of(1.0, 1.0, 1.0).weight)
