"""What Prometheus is told of a pool: unknown is NaN, and a pool that is gone tells nothing."""

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from stenofleet_autoscaler import gauges, metrics
from stenofleet_autoscaler.decide import Policy
from stenofleet_autoscaler.drain_ends import OUTCOMES
from stenofleet_autoscaler.gauges import PoolGauges
from stenofleet_autoscaler.model import Drain, Kind, Observation, Work
from stenofleet_autoscaler.publishing import expected_work, publish
from stenofleet_autoscaler.sight import Look, Sight
from stenofleet_autoscaler.status import Condition
from support.decisions import pod, seen, spec

POOL = {"namespace": "shop", "pool": "mail"}


@pytest.fixture
def told() -> Iterator[PoolGauges]:
    yield PoolGauges(**POOL)
    gauges.forget(**POOL)


def value(name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"stenofleet_pool_{name}", POOL | labels)


def known(name: str) -> float:
    found = value(name)
    assert found is not None
    return found


def tell(told: PoolGauges, view: Observation, **changes: object) -> None:
    asked = spec(**changes)
    sight = Sight({"metadata": POOL}, asked, {}, {}, Look())
    publish(told, sight, view, Policy().decide(view, asked))


@pytest.mark.usefixtures("told")
def test_nothing_is_known_before_the_first_look() -> None:
    assert all(math.isnan(known(name)) for name in ("queued_tasks", "broker_up", "replicas"))


def test_a_broker_that_does_not_answer_is_down_and_its_work_unknown(told: PoolGauges) -> None:
    tell(told, seen(pod("a"), queued=3))
    assert (known("broker_up"), known("queued_tasks")) == (1.0, 3.0)

    tell(told, replace(seen(pod("a")), work=None))

    assert known("broker_up") == 0.0
    assert math.isnan(known("queued_tasks"))
    assert math.isnan(known("oldest_wait_seconds"))
    assert known("replicas") == 1.0


def test_bounds_objective_and_real_concurrency_stand_beside_what_is_wanted(
    told: PoolGauges,
) -> None:
    view = seen(pod("a", slots=1), pod("b", slots=2), pod("c", slots=None), queued=9)
    tell(told, view, objective={"queueWait": "30s"})

    assert known("objective_wait_seconds") == 30.0
    assert (known("replicas_min"), known("replicas_max")) == (0.0, 4.0)
    assert (known("concurrency_lowest"), known("concurrency_highest")) == (1.0, 2.0)
    assert (known("slots_ready"), known("ready_pods")) == (3.0, 3.0)


def test_the_longest_drain_tells_since_when_it_lasts(told: PoolGauges) -> None:
    view = seen(pod("a", drain=Drain(900.0)), pod("b", drain=Drain(990.0)), pod("c"))
    tell(told, view)
    assert (known("draining_pods"), known("oldest_drain_seconds")) == (2.0, 100.0)


def test_a_decision_is_counted_once_however_often_it_is_made(told: PoolGauges) -> None:
    before = value("decisions_total", reason="Idle") or 0.0
    for _ in range(3):
        tell(told, seen())
    assert value("decisions_total", reason="Idle") == before + 1
    assert value("decision_info", reason="Idle") == 1.0

    tell(told, seen(queued=1))

    assert value("decision_info", reason="Idle") is None
    assert value("decision_info", reason="Demand") == 1.0


def test_conditions_are_numbers_and_go_with_the_status(told: PoolGauges) -> None:
    facts = [Condition(name, name, "Because", "...") for name in ("True", "False", "Unknown")]
    told.conditions(facts)
    assert value("condition", condition="True") == 1.0
    assert value("condition", condition="False") == 0.0
    assert math.isnan(value("condition", condition="Unknown") or 0.0)

    told.conditions(facts[:1])

    assert value("condition", condition="False") is None


@pytest.mark.usefixtures("told")
def test_counters_of_a_pool_stand_at_0_before_anything_happens() -> None:
    assert [value("scales_total", direction=each) for each in ("up", "down")] == [0.0, 0.0]
    assert [value("resizes_total", result=each) for each in ("done", "refused")] == [0.0, 0.0]
    assert value("restarted_consumers_total") == 0.0


def test_the_ways_in_which_a_drain_may_end_stand_at_0_once_one_is_under_way(
    told: PoolGauges,
) -> None:
    tell(told, seen(pod("a")))
    assert drains() == {}

    tell(told, seen(pod("a", drain=Drain(900.0))))
    assert drains() == {"emptied": 0.0, "timed_out": 0.0, "undone": 0.0, "lost": 0.0}

    told.drained("emptied", 3.0)
    assert drains()["emptied"] == 1.0


def drains() -> dict[str, float]:
    """How many drains ended, by outcome."""
    found = {each: value("drain_duration_seconds_count", outcome=each) for each in OUTCOMES}
    return {outcome: count for outcome, count in found.items() if count is not None}


def test_a_pool_that_is_gone_leaves_no_figure() -> None:
    told = PoolGauges("shop", "mail")
    tell(told, seen(pod("a", drain=Drain(900.0))))
    told.conditions([Condition("Ready", "True", "Watching", "...")])

    gauges.forget(**POOL)

    left = {
        sample.name
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.labels.items() >= POOL.items()
    }
    assert left == set()


def test_expected_work_is_unknown_as_soon_as_a_part_of_it_is() -> None:
    assert expected_work([Kind(3, 2.0), Kind(1, 10.0)]) == 16.0
    assert expected_work([Kind(3, 2.0), Kind(1)]) is None
    assert expected_work(Work(queued=0, delivered=0).kinds) == 0.0
