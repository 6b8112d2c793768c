"""The figures of a load test."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.load.printed import lines
from stenofleet.load.report import Outcome, Report, quantile

SECONDS = st.floats(0, 1e6)


def done(sent: float, ended: float, wait: float | None = 1.0) -> Outcome:
    return Outcome(sent, ended, None, wait, 2.0)


def failed(reason: str) -> Outcome:
    return Outcome(0.0, 99.0, reason, None, None)


def test_the_speed_is_of_those_that_were_done() -> None:
    report = Report((done(0, 10), done(2, 30), failed("lost")))

    assert report.seconds == 30
    assert report.tasks_a_minute == pytest.approx(4)
    assert report.as_json()["failed"] == 1
    assert not report.as_json()["ok"]


def test_reasons_are_counted_the_most_frequent_first() -> None:
    report = Report((failed("a"), failed("b"), failed("b"), done(0, 1)))

    assert list(report.reasons.items()) == [("b", 2), ("a", 1)]
    assert "      2  b" in list(lines(report))


def test_what_is_unknown_is_not_zero() -> None:
    told = list(lines(Report((failed("a"),))))

    assert "tasks/minute  unknown: none was done" in told
    assert "wait          unknown" in told
    assert Report((done(0, 1, wait=None),)).figures(lambda each: each.wait) is None


@given(st.lists(SECONDS, min_size=1), st.floats(0.01, 1.0))
def test_a_quantile_is_the_least_value_that_so_many_do_not_exceed(
    values: list[float], part: float
) -> None:
    ordered = sorted(values)
    found = quantile(ordered, part)
    below = sum(each < found for each in ordered)

    assert found in ordered
    assert sum(each <= found for each in ordered) >= part * len(ordered) - 1e-9
    assert below < part * len(ordered) + 1e-9
