"""The simulated cluster behaves as Kubernetes, Celery and Redis do."""

import math
from dataclasses import replace

import pytest
from stenofleet_autoscaler.simulate.fixed import Fixed
from stenofleet_autoscaler.simulate.pod import Delivery, SimPod
from stenofleet_autoscaler.simulate.replicaset import victims
from stenofleet_autoscaler.simulate.setting import Setting
from stenofleet_autoscaler.simulate.trace import Task, Trace
from stenofleet_autoscaler.simulate.world import World
from support.workloads import at_once, run


class Script:
    """Sets replicas at times."""

    floor = 0
    grid: float | None = None

    def __init__(self, *plan: tuple[float, int]) -> None:
        self._plan = list(plan)

    def begin(self, world: World) -> float:
        world.target.begin_with(world.target.wanted)
        return self._plan[0][0]

    def tick(self, world: World) -> float:
        world.target.scale(self._plan.pop(0)[1])
        return self._plan[0][0] if self._plan else math.inf

    def on_finish(self, delivery: Delivery, now: float) -> None:
        """Nothing is learned."""


def pod(uid: int, **changes: object) -> SimPod:
    found = SimPod(name=f"p{uid}", uid=uid, created=0, slots=1, ready_at=2, ready=True)
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def test_a_new_pod_takes_its_first_task_after_its_boot() -> None:
    meter = run(at_once(5), Script((1, 1), (20, 0)))
    assert meter.waits == [pytest.approx(1 + 0.2 + 2 - 0.01)]


def test_tasks_start_by_priority_and_then_in_the_order_of_their_coming() -> None:
    low, high = Task(0, "low", 5, priority=9), Task(1, "high", 5)
    meter = run(Trace((low, low, high)), Fixed(1), Setting(slots=1))
    assert meter.waits == [0, 4, 10]


def test_a_pod_that_is_deleted_ends_its_task_within_the_grace() -> None:
    meter = run(at_once(20), Script((5, 0)), Setting(pods=1, grace=30))
    assert (meter.cut, meter.finished) == (0, 1)
    assert meter.pod_seconds == pytest.approx(20.51)


def test_a_task_longer_than_the_grace_is_cut() -> None:
    meter = run(at_once(60), Script((5, 0)), Setting(pods=1, grace=30))
    assert (meter.cut, meter.finished) == (1, 0)
    assert meter.pod_seconds == pytest.approx(35.2)


def test_a_cut_task_comes_back_with_a_live_worker_after_the_visibility_timeout() -> None:
    plan = ((5, 0), (50, 1), (300, 0))
    setting = Setting(pods=1, grace=30, visibility_timeout=100)
    meter = run(at_once(60), Script(*plan), setting)
    assert (meter.cut, meter.finished) == (1, 1)
    assert meter.last_finish == pytest.approx(100.01 + 60)


def test_without_a_live_worker_nothing_gives_it_back() -> None:
    setting = Setting(pods=1, grace=30, visibility_timeout=100)
    assert run(at_once(60), Script((5, 0)), setting).finished == 0
    late = run(at_once(60), Script((5, 0), (500, 1), (900, 0)), setting)
    assert late.last_finish == pytest.approx(500 + 0.2 + 2 + 60)


def test_nothing_starts_while_the_broker_is_away_and_waits_count_on() -> None:
    trace = Trace((Task(5, "a", 1), Task(15, "a", 1)), outages=((10, 20),))
    assert run(trace, Fixed(1)).waits == [0, 5]


def test_a_poison_task_takes_its_neighbours_with_it_and_all_end_in_the_end() -> None:
    trace = Trace((Task(0, "good", 50), Task(0, "bad", 3, poison=True)))
    meter = run(trace, Fixed(1), Setting(visibility_timeout=60))
    assert (meter.cut, meter.finished) == (0, 2)
    assert meter.crashed == 4


def test_slots_that_run_nothing_are_wasted() -> None:
    meter = run(at_once(10), Fixed(1), Setting(slots=3))
    assert meter.wasted == pytest.approx(20, abs=0.1)


def test_the_same_seed_makes_the_same_run() -> None:
    trace = at_once(*[5.0] * 20)
    first, second = (run(trace, Fixed(3)).waits for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (pod(2, ready=False), pod(1)),
        (pod(2, cost=-1000), pod(1)),
        (pod(2, ready_at=90), pod(1)),
        (pod(2, restarts=1), pod(1)),
        (pod(2, created=1.9), pod(1)),
        (pod(1), pod(2)),
    ],
    ids=["not ready", "cheaper", "ready for a shorter time", "restarted", "younger", "by UID"],
)
def test_the_replicaset_takes_first(first: SimPod, other: SimPod) -> None:
    now = 100.0 if first.created == 0 else 3.0
    assert victims([other, first], 1, now) == [first]


def test_of_pods_of_about_the_same_age_the_uid_decides() -> None:
    assert victims([pod(2, ready_at=2.1), pod(1)], 1, now=100)[0].uid == 1


def test_a_setting_becomes_the_pool_that_it_describes() -> None:
    spec = replace(Setting(), objective=45, most_pods=3).spec()
    assert (spec.objective.queue_wait, spec.max_replicas) == (45, 3)
