from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.drain_ends import DrainEnds, Ended
from stenofleet_autoscaler.model import Drain, Pod
from support.decisions import pod

TIMEOUT = 60.0


def draining(since: float = 100.0, *, empty: bool = False, running: bool = True) -> Pod:
    return pod("a", drain=Drain(since, empty), running=running)


def ended(before: Pod, *after: Pod, now: float = 110.0) -> list[Ended]:
    ends = DrainEnds()
    assert ends.see(100.0, [before], TIMEOUT) == []
    return ends.see(now, after, TIMEOUT)


def test_a_pod_that_goes_once_it_is_empty_was_emptied() -> None:
    assert ended(draining(empty=True)) == [("emptied", 10.0)]


def test_a_pod_without_a_running_container_had_nothing_to_finish() -> None:
    assert ended(draining(running=False)) == [("emptied", 10.0)]


def test_a_pod_that_goes_before_it_is_empty_was_lost() -> None:
    assert ended(draining()) == [("lost", 10.0)]


def test_a_pod_that_goes_after_the_timeout_was_not_waited_for() -> None:
    assert ended(draining(), now=160.0) == [("timed_out", 60.0)]


def test_a_pod_that_takes_tasks_again_was_undrained() -> None:
    assert ended(draining(), pod("a")) == [("undone", 10.0)]


def test_a_pod_that_still_drains_and_one_that_never_did_end_nothing() -> None:
    assert ended(draining(), draining()) == []
    assert ended(pod("a")) == []


@given(st.lists(st.sets(st.sampled_from("abc")), max_size=20))
def test_each_drain_ends_once(rounds: list[set[str]]) -> None:
    ends, begun, over, before = DrainEnds(), 0, 0, set[str]()
    for at, names in enumerate([*rounds, set[str]()]):
        begun += len(names - before)
        pods = [pod(name, drain=Drain(float(at))) for name in sorted(names)]
        over += len(ends.see(float(at), pods, TIMEOUT))
        before = names
    assert over == begun


def test_a_clock_ahead_of_ours_makes_no_negative_time() -> None:
    assert ended(draining(since=500.0)) == [("lost", 0.0)]
