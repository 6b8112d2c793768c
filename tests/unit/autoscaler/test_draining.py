"""StatefulSets, and pods that a person asked to go; the rest of draining is in test_decide.py."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.decide.draining import evictable, plan
from stenofleet_autoscaler.model import Drain, Heartbeat, Observation, Pod

DONE = Drain(since=0, empty=True, ranked=True)
BEGUN = Drain(since=990)
HOUR = 3600.0


def pod(name: str, active: int = 0, **changes: Any) -> Pod:
    fresh = Pod(name=name, ready=True, beat=Heartbeat(0, active, active), slots=2)
    return replace(fresh, **changes)


def member(ordinal: int, active: int = 0, **changes: Any) -> Pod:
    return pod(f"w-{ordinal}", active, ordinal=ordinal, **changes)


def seen(*pods: Pod, **changes: Any) -> Observation:
    return replace(Observation(now=1000, work=None, replicas=len(pods), pods=pods), **changes)


class TestStatefulSets:
    def test_the_highest_ordinals_drain_however_busy_they_are(self) -> None:
        found = plan(1, seen(member(0), member(1, active=2), member(2, active=2)), HOUR)
        assert (found.replicas, found.drain) == (3, ("w-2", "w-1"))

    def test_a_pod_goes_only_when_all_above_it_are_done(self) -> None:
        pods = seen(member(0), member(1, drain=DONE), member(2, drain=BEGUN))
        assert plan(1, pods, HOUR).replicas == 3
        done = seen(member(0), member(1, drain=BEGUN), member(2, drain=Drain(0, empty=True)))
        found = plan(1, done, HOUR)
        assert (found.replicas, found.release) == (2, ("w-2",))

    def test_demand_takes_the_lowest_back_first(self) -> None:
        pods = seen(member(0), member(1, drain=BEGUN), member(2, drain=BEGUN))
        assert plan(2, pods, HOUR).undrain == ("w-1",)

    def test_a_missing_pod_in_between_costs_none_that_works(self) -> None:
        pods = seen(member(0), member(3, active=1), replicas=4)
        assert plan(2, pods, HOUR).replicas == 4

    def test_members_that_are_not_there_yet_are_given_up_at_once(self) -> None:
        assert plan(1, seen(member(0, active=1), replicas=4), HOUR).replicas == 1

    def test_ordinals_may_begin_later(self) -> None:
        pods = seen(member(5), member(6, drain=DONE))
        assert plan(1, pods, HOUR).replicas == 1

    @given(
        st.lists(st.sampled_from([None, BEGUN, DONE]), min_size=1, max_size=8),
        st.integers(0, 8),
    )
    def test_no_pod_goes_that_is_not_done(self, drains: list[Drain | None], wanted: int) -> None:
        pods = [member(number, drain=drain) for number, drain in enumerate(drains)]
        found = plan(wanted, seen(*pods), HOUR)
        gone = [each for each in pods if (each.ordinal or 0) >= found.replicas]
        assert all(each.drain == DONE for each in gone)
        assert {each.name for each in gone} == set(found.release)


class TestAskedToGo:
    def test_it_drains_although_its_slots_are_wanted_and_another_pod_comes(self) -> None:
        pods = seen(pod("a", active=2, asked_to_go=True), pod("b", active=2))
        found = plan(2, pods, HOUR, most=4)
        assert (found.replicas, found.drain) == (3, ("a",))

    def test_while_it_drains_the_other_pod_stays_wanted(self) -> None:
        leaving = pod("a", active=2, asked_to_go=True, drain=BEGUN)
        for pods in (seen(leaving, pod("b"), replicas=3), seen(leaving, pod("b"), pod("c"))):
            found = plan(2, pods, HOUR, most=4)
            assert (found.replicas, found.drain, found.undrain) == (3, (), ())

    def test_when_it_is_done_and_replaced_the_size_falls_by_it(self) -> None:
        pods = seen(pod("a", cost=-1000, asked_to_go=True, drain=DONE), pod("b"), pod("c"))
        found = plan(2, pods, HOUR, most=4)
        assert (found.replicas, found.release) == (2, ("a",))
        assert evictable(pods, found.release, HOUR) == ()

    def test_at_the_maximum_it_is_evicted_in_place(self) -> None:
        pods = seen(pod("a", cost=-1000, asked_to_go=True, drain=DONE), pod("b"))
        found = plan(2, pods, HOUR, most=2)
        assert found.replicas == 2
        assert evictable(pods, found.release, HOUR) == ("a",)

    def test_it_is_not_evicted_while_it_may_hold_tasks(self) -> None:
        pods = seen(pod("a", asked_to_go=True, drain=replace(DONE, empty=False, since=990)))
        assert evictable(pods, (), HOUR) == ()

    def test_it_is_never_taken_back(self) -> None:
        assert plan(3, seen(pod("a", asked_to_go=True, drain=BEGUN)), HOUR).undrain == ()

    def test_it_drains_in_a_rollout_too(self) -> None:
        assert plan(1, seen(pod("a", asked_to_go=True), settled=False), HOUR).drain == ("a",)

    def test_a_member_of_a_stateful_set_is_evicted_and_its_size_stays(self) -> None:
        pods = seen(member(0, asked_to_go=True, drain=Drain(0, empty=True)), member(1))
        found = plan(2, pods, HOUR, most=4)
        assert found.replicas == 2
        assert evictable(pods, found.release, HOUR) == ("w-0",)
