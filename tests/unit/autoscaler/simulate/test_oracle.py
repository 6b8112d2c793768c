"""The oracle's bound: never above what any scaler needs."""

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.simulate.fixed import Fixed
from stenofleet_autoscaler.simulate.operator import Operator
from stenofleet_autoscaler.simulate.oracle import fewest_pod_seconds
from stenofleet_autoscaler.simulate.setting import Setting
from stenofleet_autoscaler.simulate.trace import Task, Trace
from support.workloads import run

tasks = st.lists(
    st.builds(
        Task,
        at=st.floats(0, 300),
        name=st.just("any"),
        seconds=st.floats(0.5, 120),
    ),
    min_size=1,
    max_size=30,
).map(lambda found: sorted(found, key=lambda task: task.at))


def test_a_single_task_needs_a_boot_and_its_run() -> None:
    assert fewest_pod_seconds([Task(5, "a", 10)], slots=2, limit=30, boot=2) == 12


def test_short_tasks_share_slots_and_pods() -> None:
    ten = [Task(0, "a", 10)] * 10
    assert fewest_pod_seconds(ten, slots=2, limit=100, boot=2) == 52


def test_tasks_longer_than_the_limit_must_overlap() -> None:
    two = [Task(0, "a", 100), Task(0, "a", 10)]
    assert fewest_pod_seconds(two, slots=1, limit=10, boot=0) == 110
    three = [Task(0, "a", 100)] * 3
    assert fewest_pod_seconds(three, slots=2, limit=10, boot=5) == 190


def test_a_pod_boots_again_or_idles_through_a_gap_whichever_is_less() -> None:
    far = [Task(0, "a", 10), Task(1000, "a", 10)]
    near = [Task(0, "a", 10), Task(41, "a", 10)]
    bounds = [fewest_pod_seconds(each, slots=1, limit=30, boot=2) for each in (far, near)]
    assert bounds == [24, 23]


@given(tasks)
def test_no_run_needs_less_than_the_bound_at_its_own_longest_wait(found: list[Task]) -> None:
    setting = Setting(most_pods=40)
    for scaler, ready in ((Operator(), 0), (Fixed(4), 4)):
        meter = run(Trace(tuple(found)), scaler, setting)
        bound = fewest_pod_seconds(found, setting.slots, max(meter.waits), setting.boot, ready)
        assert meter.pod_seconds >= bound - 1e-6


@given(tasks, st.floats(1, 100))
def test_more_patience_never_needs_more(found: list[Task], limit: float) -> None:
    less = fewest_pod_seconds(found, 2, limit, 0.0)
    more = fewest_pod_seconds(found, 2, limit + 10, 0.0)
    assert more <= less + 1e-6
