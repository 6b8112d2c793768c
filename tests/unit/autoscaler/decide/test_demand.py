"""Slots that the work calls for, with the examples that the rule must hold."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.decide.demand import demand_of, staffing
from stenofleet_autoscaler.model import Kind, Observation, Running, Work
from stenofleet_autoscaler.spec import Objective
from support.decisions import pod, seen

HOUR = 3600.0
PROMISE = Objective.model_validate({"queueWait": "30s"})


def slots(work: Work, busy: int = 0, objective: Objective = PROMISE, **changes: Any) -> int:
    """Slots for the work while so many pods run one task in their one slot."""
    pods = [pod(str(number), active=1, slots=1) for number in range(busy)]
    looked = replace(seen(*pods, work=work), **changes)
    return demand_of(looked, work, objective, ready_slots=busy).slots


def one_second(queued: int, **changes: Any) -> Work:
    return Work(queued=queued, delivered=0, kinds=(Kind(queued, 1.0),), **changes)


def test_ten_that_run_for_an_hour_and_a_hundred_short_ones_need_14_slots() -> None:
    work = one_second(100)
    work = replace(work, delivered=10, running=(Running(10, HOUR),))
    assert slots(work, busy=10) == 14


@pytest.mark.parametrize("boot", [0.0, 1.0, 2.0, 60.0])
def test_a_hundred_whose_time_is_nearly_over_need_34_to_50_slots(boot: float) -> None:
    assert 34 <= slots(one_second(100, oldest_wait=28.0), boot_seconds=boot) <= 50


def test_three_tasks_get_no_more_slots_than_keep_the_promise() -> None:
    work = Work(queued=3, delivered=0, kinds=(Kind(3, 29.0),))
    assert slots(work, boot_seconds=0.0) == 2
    assert slots(work, boot_seconds=2.0) == 3


def test_slots_that_become_free_in_time_are_counted_before_new_ones() -> None:
    work = Work(queued=10, delivered=5, kinds=(Kind(10, 10.0),), running=(Running(5, 5.0),))
    # Each starts three of them: after 5, 15 and 25 s.
    assert slots(work, busy=5) == 4


def test_tasks_that_end_in_time_need_no_slot_by_themselves() -> None:
    work = Work(queued=0, delivered=5, running=(Running(2, 31.0), Running(3, 29.0)))
    assert slots(work, busy=5) == 2


def test_tasks_of_which_nothing_is_known_keep_their_slots() -> None:
    assert slots(Work(queued=0, delivered=5), busy=5) == 5


def test_a_queue_whose_tail_is_young_needs_fewer_slots_than_one_that_came_at_once() -> None:
    at_once = one_second(100, oldest_wait=28.0)
    steady = replace(at_once, ages=((25, 28.0), (25, 20.0), (25, 10.0), (25, 1.0)))
    assert slots(at_once) == 50
    assert slots(steady) == 13


def test_a_task_that_ends_after_the_promised_time_offers_no_start() -> None:
    work = Work(queued=2, delivered=1, kinds=(Kind(2, 1.0),), running=(Running(1, 31.0),))
    assert slots(work, busy=1) == 2


def test_long_tasks_are_not_hidden_behind_the_mean_of_many_short_ones() -> None:
    kinds = (Kind(10, 90.0), Kind(100, 1.0))
    assert slots(Work(queued=110, delivered=0, kinds=kinds)) == 10 + 4


def test_with_nothing_learned_a_slot_starts_one_task() -> None:
    assert slots(Work(queued=7, delivered=0, oldest_wait=1.0)) == 7


def test_a_name_that_was_never_seen_runs_as_long_as_the_pools_mean() -> None:
    assert slots(Work(queued=100, delivered=0, mean_seconds=1.0)) == 4


def test_a_sample_stands_for_the_whole_queue() -> None:
    kinds = (Kind(1, 60.0), Kind(199, 0.01))
    assert slots(Work(queued=200_000, delivered=0, kinds=kinds)) == 1000 + 72


def test_a_scheduled_task_is_demand_once_a_pod_made_now_would_not_be_too_early() -> None:
    work = Work(queued=0, delivered=0, scheduled=2, etas=(1001.0, 1120.0))
    assert slots(work, boot_seconds=2.0) == 1
    assert slots(work, boot_seconds=0.5) == 0


def test_orphans_are_demand() -> None:
    assert slots(Work(queued=0, delivered=3, orphaned=3)) == 3


def coming(rate: float | None, seconds: float | None, **changes: Any) -> Work:
    return Work(queued=0, delivered=0, rate=rate, mean_seconds=seconds, **changes)


def test_staffing_holds_slots_for_what_will_come_although_nothing_waits() -> None:
    assert slots(coming(4.0, 4.0)) == 16
    backlog = Objective.model_validate({"backlogPerSlot": 1})
    assert slots(coming(4.0, 4.0), objective=backlog) == 0


@pytest.mark.parametrize(
    ("rate", "seconds", "wanted"),
    [(None, 1.0, 0), (1.0, None, 0), (0.0, 9.0, 0), (0.5, 1.0, 0), (1.0, 1.0, 1), (2.0, 2.0, 4)],
)
def test_staffing_begins_at_one_busy_slot(
    rate: float | None, seconds: float | None, wanted: int
) -> None:
    assert staffing(coming(rate, seconds), 30.0) == wanted


def test_a_promise_shorter_than_a_run_gets_the_square_root_on_top() -> None:
    assert staffing(coming(0.16, 100.0, variation=1.0), 1.0) == 20


def test_run_times_that_differ_get_more_slots() -> None:
    alike, unlike = (coming(1.0, 30.0, variation=each) for each in (0.0, 8.0))
    assert staffing(unlike, 30.0) > staffing(alike, 30.0)


def test_the_longer_tasks_wait_the_faster_they_are_served() -> None:
    assert staffing(coming(10.0, 2.0, oldest_wait=15.0), 30.0) == 22


works = st.builds(
    Work,
    queued=st.integers(0, 500),
    delivered=st.integers(0, 40),
    orphaned=st.integers(0, 3),
    oldest_wait=st.none() | st.floats(0, 100),
    kinds=st.lists(
        st.builds(Kind, st.integers(1, 50), st.none() | st.floats(0.1, 100)), max_size=4
    ).map(tuple),
    running=st.lists(
        st.builds(Running, st.integers(1, 9), st.none() | st.floats(0, 100)), max_size=3
    ).map(tuple),
    mean_seconds=st.none() | st.floats(0.1, 100),
    rate=st.none() | st.floats(0, 10),
    variation=st.none() | st.floats(0, 9),
    ages=st.lists(st.tuples(st.integers(1, 200), st.floats(0, 60)), max_size=4).map(
        lambda ages: tuple(sorted(ages, key=lambda age: -age[1]))
    ),
)


@given(works, st.integers(0, 9), st.floats(0, 60))
def test_the_backlog_is_never_more_than_a_slot_for_each_task(
    work: Work, busy: int, boot: float
) -> None:
    pods = [pod(str(number), active=1, slots=1) for number in range(busy)]
    looked = replace(seen(*pods, work=work), boot_seconds=boot)
    found = demand_of(looked, work, PROMISE, ready_slots=busy)
    assert found.backlog <= max(1, found.in_flight + found.due)


@given(works, st.integers(0, 9), st.integers(0, 400))
def test_more_queued_tasks_never_need_fewer_slots(work: Work, busy: int, more: int) -> None:
    richer = replace(work, queued=work.queued + more)
    assert slots(richer, busy) >= slots(work, busy)


@given(works, st.floats(0, 50))
def test_a_longer_wait_never_needs_fewer_slots(work: Work, more: float) -> None:
    waited = replace(work, oldest_wait=(work.oldest_wait or 0.0) + more)
    assert slots(waited) >= slots(work)


@given(works, st.randoms())
def test_the_order_of_kinds_and_queues_changes_nothing(work: Work, random: Any) -> None:
    kinds, running = list(work.kinds), list(work.running)
    random.shuffle(kinds)
    random.shuffle(running)
    shuffled = replace(work, kinds=tuple(kinds), running=tuple(running))
    assert slots(shuffled, 3) == slots(work, 3)


@given(st.floats(0, 100), st.floats(0.01, 1000))
def test_staffing_is_never_below_the_slots_that_are_busy_on_average(
    rate: float, seconds: float
) -> None:
    offered = rate * seconds
    assert staffing(coming(rate, seconds), 30.0) >= (offered if offered >= 1 else 0)


def test_demand_tells_its_parts() -> None:
    work = Work(queued=4, delivered=1, rate=2.0, mean_seconds=1.0)
    looked: Observation = seen(pod("a", active=1), work=work)
    found = demand_of(looked, work, Objective.model_validate({"backlogPerSlot": 2}), ready_slots=1)
    assert (found.in_flight, found.due, found.backlog, found.staffing) == (1, 4, 3, 0)
