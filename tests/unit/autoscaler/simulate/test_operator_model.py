"""This operator in the simulator: it is fed with what it would see, and cuts nothing."""

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.simulate.operator import Operator
from stenofleet_autoscaler.simulate.setting import Setting
from stenofleet_autoscaler.simulate.trace import Task, Trace
from support.workloads import at_once, run

some_work = st.lists(
    st.builds(
        Task,
        at=st.floats(0, 200),
        name=st.sampled_from(["a", "b"]),
        seconds=st.floats(0.1, 200),
        work=st.none() | st.floats(1, 10),
    ),
    min_size=1,
    max_size=40,
).map(lambda found: Trace(tuple(sorted(found, key=lambda task: task.at))))


@given(some_work)
def test_whatever_comes_every_task_ends_once_and_the_pool_comes_to_zero(trace: Trace) -> None:
    meter = run(trace, Operator(), Setting(grace=5))
    assert (meter.cut, meter.finished) == (0, len(trace.tasks))
    assert meter.changes[-1][1] == 0


def test_forty_tasks_from_zero_wait_less_than_with_keda_at_its_best() -> None:
    meter = run(at_once(*[5.0] * 40), Operator(), Setting(objective=5, fewest_slots=2))
    assert meter.last_start < 13


def test_it_holds_while_the_broker_is_away() -> None:
    trace = Trace((Task(0, "a", 300),) * 8, outages=((60, 200),))
    meter = run(trace, Operator())
    assert not [at for at, _ in meter.changes if 60 <= at < 200]
    assert meter.cut == 0
