import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.learn.durations import MOST_BYTES, MOST_NAMES, VERSION, Durations

NOW = 1_800_000_000.0


def ran(*runs: tuple[str, float, float | None]) -> Durations:
    durations = Durations()
    for task, seconds, work in runs:
        durations.finished(task, seconds, work, NOW)
    return durations


def test_a_name_never_seen_is_unknown_and_the_pools_mean_is_there_for_it() -> None:
    durations = ran(("a", 2.0, None), ("b", 4.0, None))
    assert durations.expected("c") is None
    assert durations.quantile("c", 0.5) is None
    assert durations.mean() == pytest.approx(3.0, rel=0.05)


def test_nothing_finished_is_no_mean() -> None:
    assert Durations().mean() is None


def test_a_task_without_work_is_expected_to_take_its_mean() -> None:
    durations = ran(*[("a", 2.0, None)] * 9, *[("b", 60.0, None)] * 9)
    assert durations.expected("a") == pytest.approx(2.0)
    assert durations.expected("b") == pytest.approx(60.0)


@given(st.floats(0.05, 5.0), st.lists(st.floats(10, 7200), min_size=1, max_size=30))
def test_run_time_goes_with_the_work_that_the_header_gives(pace: float, works: list[float]) -> None:
    durations = ran(*[("transcribe", work * pace, work) for work in works])
    assert durations.expected("transcribe", 3600.0) == pytest.approx(3600 * pace, rel=0.01)


def test_work_that_never_came_before_is_taken_as_the_mean() -> None:
    assert ran(("a", 2.0, None)).expected("a", 500.0) == pytest.approx(2.0)


@pytest.mark.parametrize("work", [0.0, -1.0, float("nan"), float("inf")])
def test_absurd_work_is_no_work(work: float) -> None:
    durations = ran(("a", 2.0, work))
    assert durations.expected("a", work) == pytest.approx(2.0)
    assert durations.expected("a", 10.0) == pytest.approx(2.0)


@given(st.lists(st.tuples(st.text(max_size=300), st.floats(), st.none() | st.floats())))
def test_whatever_is_told_expectations_are_positive_and_finite(
    runs: list[tuple[str, float, float | None]],
) -> None:
    durations = ran(*runs)
    for name in durations.names():
        for work in (None, 1e-9, 1e12):
            assert 0 < (durations.expected(name, work) or 0) <= 1e7
    json.dumps(durations.to_dict(), allow_nan=False)


def test_the_names_seen_least_recently_go() -> None:
    durations = ran(*[(str(number), 1.0, None) for number in range(MOST_NAMES)])
    durations.finished("0", 1.0, None, NOW)
    durations.finished("new", 1.0, None, NOW)
    assert len(durations.names()) == MOST_NAMES
    assert durations.expected("1") is None
    assert durations.expected("0") is not None


def test_it_outlives_a_restart() -> None:
    before = ran(*[("a", 2.0, 4.0)] * 20, *[("b", 9.0, None)] * 20)
    after = Durations.from_dict(json.loads(json.dumps(before.to_dict(), sort_keys=True)))
    assert after.names() == ("a", "b")
    for task, work in (("a", None), ("a", 40.0), ("b", None)):
        assert after.expected(task, work) == pytest.approx(before.expected(task, work), rel=0.01)
    assert after.mean() == pytest.approx(before.mean(), rel=0.01)


def test_what_is_remembered_has_a_bound_and_the_newest_names_stay() -> None:
    durations = Durations()
    for number in range(MOST_NAMES):
        for step in range(40):
            name = f"{number:-^250}"
            durations.finished(name, 1.4**step, 1.3 ** (40 - step), NOW)
    told = durations.to_dict()
    assert len(json.dumps(told)) < MOST_BYTES + 2_000
    assert told["tasks"][-1][0] == f"{MOST_NAMES - 1:-^250}"


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "text",
        {},
        {"version": VERSION + 1, "tasks": [["a", {}]]},
        {"version": VERSION, "tasks": "many"},
        {"version": VERSION, "tasks": [["a"], [1, {}], ["b", {"seconds": {"bins": [[1]]}}]]},
    ],
)
def test_garbage_and_other_versions_are_a_new_beginning(told: object) -> None:
    durations = Durations.from_dict(told)
    assert durations.names() == ()
    assert durations.mean() is None
