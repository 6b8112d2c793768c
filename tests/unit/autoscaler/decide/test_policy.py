"""Examples of decisions, each a situation that an operator must get right."""

from dataclasses import replace

import pytest
from stenofleet_autoscaler.decide import Decision, Policy
from stenofleet_autoscaler.model import Drain, Observation, Work
from stenofleet_autoscaler.spec import PoolSpec
from support.decisions import pod, seen, spec


def after_window(observation: Observation, asked: PoolSpec | None = None) -> Decision:
    """The decision once the same was seen for a whole scale-down window."""
    policy, asked = Policy(), asked or spec()
    policy.decide(observation, asked)
    return policy.decide(replace(observation, now=observation.now + 61), asked)


def test_from_zero_it_goes_to_what_the_work_needs_in_one_step() -> None:
    assert Policy().decide(seen(queued=5), spec()).replicas == 3


def test_more_work_than_fits_stops_at_the_maximum() -> None:
    decision = Policy().decide(seen(queued=500), spec())
    assert (decision.replicas, decision.slots, decision.reason) == (4, 8, "AtMaximum")


def test_a_raised_maximum_starts_no_pods_for_work_that_is_already_done() -> None:
    policy = Policy()
    policy.decide(seen(pod("a", slots=1, active=1), queued=500), spec(maxReplicas=1))
    done = replace(seen(pod("a", slots=2)), now=1010.0)
    assert policy.decide(done, spec(maxReplicas=4)).replicas == 1


def test_the_pods_that_a_rollout_adds_are_no_reason_to_grow() -> None:
    surged = seen(*[pod(name, active=1) for name in "abcde"], delivered=3)
    rolled = replace(surged, replicas=3, settled=False)
    assert Policy().decide(rolled, spec()).replicas == 3


def test_concurrency_of_the_ready_pod_rises_in_the_same_decision_that_adds_pods() -> None:
    decision = Policy().decide(seen(pod("a", slots=1), queued=12), spec())
    assert (decision.concurrency, decision.replicas) == (2, 4)


def test_one_pod_takes_what_its_concurrency_holds_before_another_is_made() -> None:
    decision = Policy().decide(seen(pod("a", slots=1, active=1), queued=1), spec())
    assert (decision.concurrency, decision.replicas) == (2, 1)


def test_work_in_flight_keeps_its_pods_when_the_queue_is_empty() -> None:
    busy = [pod(name, active=2) for name in "abcd"]
    decision = after_window(seen(*busy, delivered=8))
    assert (decision.replicas, decision.drain) == (4, ())


def test_at_zero_replicas_delivered_work_without_a_worker_starts_one() -> None:
    assert Policy().decide(seen(delivered=1), spec()).replicas == 1


def test_delivered_work_that_no_live_worker_runs_keeps_one_pod_and_no_more() -> None:
    decision = after_window(seen(pod("a"), pod("b"), delivered=7))
    assert (decision.pods, decision.slots) == (1, 1)


def test_a_task_that_was_only_just_delivered_counts_before_a_heartbeat_tells_of_it() -> None:
    work = Work(queued=1, delivered=2, fresh=2)
    assert Policy().decide(seen(pod("a", active=0), work=work), spec()).slots == 3


def test_a_task_that_a_heartbeat_tells_of_is_not_counted_twice() -> None:
    work = Work(queued=0, delivered=2, fresh=2)
    assert Policy().decide(seen(pod("a", active=2), work=work), spec()).slots == 2


def test_a_silent_worker_is_taken_for_busy_with_all_that_is_delivered() -> None:
    decision = after_window(seen(pod("a", active=None), pod("b"), delivered=4))
    assert decision.pods == 2


def test_a_scheduled_task_is_no_demand() -> None:
    work = Work(queued=0, delivered=0, scheduled=3)
    assert Policy().decide(seen(work=work), spec()).replicas == 0


def test_a_plain_list_adds_no_more_slots_than_its_tasks_have_messages() -> None:
    work = Work(queued=1, delivered=0, items=((100_000, 10),))
    assert Policy().decide(seen(work=work), spec()).slots == 2


def test_a_backlog_for_each_slot_divides_what_is_queued() -> None:
    asked = spec(objective={"backlogPerSlot": 10})
    assert Policy().decide(seen(queued=31), asked).slots == 4


class TestShrinking:
    def test_the_emptiest_pod_drains_and_replicas_wait_for_it(self) -> None:
        decision = after_window(seen(pod("a", active=2), pod("b", active=1), delivered=3), spec())
        assert decision.drain == ()
        decision = after_window(seen(pod("a", active=2), pod("b", active=0), delivered=2), spec())
        assert (decision.replicas, decision.drain, decision.reason) == (2, ("b",), "Draining")

    def test_nothing_shrinks_before_the_quiet_window_is_over(self) -> None:
        policy = Policy()
        policy.decide(seen(pod("a"), queued=2), spec())
        early = policy.decide(seen(pod("a"), now=1052), spec())
        assert (early.replicas, early.drain, early.reason) == (1, (), "QuietWindow")

    def test_a_drain_begins_so_early_that_the_pod_is_empty_when_the_window_ends(self) -> None:
        policy, gone = Policy(), Drain(since=1054, empty=True, ranked=True)
        policy.decide(seen(pod("a"), queued=2), spec())
        assert policy.decide(seen(pod("a"), now=1054), spec()).drain == ("a",)
        drained = pod("a", cost=-1000, drain=gone)
        assert policy.decide(seen(drained, now=1059), spec()).replicas == 1
        assert policy.decide(seen(drained, now=1061), spec()).replicas == 0

    def test_demand_that_returns_before_the_window_ends_undoes_the_drain(self) -> None:
        policy = Policy()
        policy.decide(seen(pod("a"), queued=2), spec())
        policy.decide(seen(pod("a"), now=1054), spec())
        draining = pod("a", drain=Drain(since=1054))
        assert policy.decide(seen(draining, queued=1, now=1058), spec()).undrain == ("a",)

    def test_a_pod_is_drained_once_the_window_is_over(self) -> None:
        policy = Policy()
        policy.decide(seen(pod("a"), queued=2), spec())
        late = policy.decide(seen(pod("a"), now=1061), spec())
        assert late.drain == ("a",)

    def test_a_drained_pod_that_ranks_first_goes(self) -> None:
        done = pod("b", cost=-1000, drain=Drain(since=0, empty=True, ranked=True))
        decision = after_window(seen(pod("a", active=2), done, delivered=2))
        assert (decision.replicas, decision.release) == (1, ("b",))

    def test_replicas_stay_while_the_controller_would_choose_another_pod(self) -> None:
        done = pod("b", cost=-1000, drain=Drain(since=0, empty=True, ranked=True))
        unready = pod("a", active=1, ready=False)
        decision = after_window(seen(unready, done, delivered=1))
        assert (decision.replicas, decision.release) == (2, ())

    def test_replicas_stay_while_the_controller_ranks_a_busy_pod_alike(self) -> None:
        done = pod("a", cost=-1000, drain=Drain(since=0, empty=True, ranked=True))
        cheap = pod("b", active=1, cost=-1000)
        decision = after_window(seen(done, cheap, delivered=1))
        assert (decision.replicas, decision.release) == (2, ())

    def test_a_pending_pod_goes_without_waiting_for_a_worker(self) -> None:
        pending = pod("p", active=None, ready=False, pending=True, running=False)
        busy = pod("a", active=2)
        assert after_window(seen(busy, pending, delivered=2)).drain == ("p",)
        marked = replace(pending, cost=-1000, drain=Drain(since=0, ranked=True))
        assert after_window(seen(busy, marked, delivered=2)).release == ("p",)

    def test_a_drain_that_takes_too_long_is_let_go(self) -> None:
        stuck = pod("a", active=1, cost=-1000, drain=Drain(since=0, ranked=True))
        asked = spec(behavior={"scaleDown": {"drainTimeout": "600s"}})
        assert after_window(seen(stuck, pod("b", active=1), delivered=1), asked).release == ("a",)
        asked = spec(behavior={"scaleDown": {"drainTimeout": "2h"}})
        assert after_window(seen(stuck, pod("b", active=1), delivered=1), asked).release == ()

    def test_demand_that_returns_takes_back_draining_pods_first(self) -> None:
        draining = pod("b", active=1, drain=Drain(since=0))
        decision = Policy().decide(seen(pod("a", active=2), draining, queued=2), spec())
        assert (decision.undrain, decision.replicas) == (("b",), 3)

    def test_nothing_shrinks_while_a_rollout_runs(self) -> None:
        done = pod("b", cost=-1000, drain=Drain(since=0, empty=True, ranked=True))
        decision = after_window(seen(pod("a"), done, settled=False))
        assert (decision.replicas, decision.drain) == (2, ())
        assert decision.reason == "RolloutInProgress"

    def test_concurrency_is_not_lowered_while_pods_come(self) -> None:
        booting = [pod(name, active=None, ready=False, slots=None) for name in "bc"]
        asked = spec(concurrency={"min": 1, "max": 4}, minReplicas=3)
        decision = after_window(seen(pod("a", active=1, slots=4), *booting, delivered=1), asked)
        assert decision.concurrency == 4


class TestUnknown:
    def test_a_silent_broker_holds_what_is_there(self) -> None:
        decision = Policy().decide(seen(pod("a"), pod("b"), work=None, unknown_for=9), spec())
        assert (decision.replicas, decision.drain, decision.concurrency) == (2, (), None)
        assert decision.reason == "BrokerUnknown"

    @pytest.mark.parametrize(("there", "then"), [(1, 3), (4, 4)])
    def test_the_fallback_adds_and_never_takes_away(self, there: int, then: int) -> None:
        asked = spec(fallback={"after": "60s", "replicas": 3})
        pods = [pod(str(number)) for number in range(there)]
        decision = Policy().decide(seen(*pods, work=None, unknown_for=61), asked)
        assert (decision.replicas, decision.reason) == (then, "Fallback")

    def test_after_an_outage_a_whole_window_passes_before_it_shrinks(self) -> None:
        policy = Policy()
        policy.decide(seen(pod("a"), now=0), spec())
        policy.decide(seen(pod("a"), now=300, work=None, unknown_for=9), spec())
        assert policy.decide(seen(pod("a"), now=301), spec()).drain == ()
        assert policy.decide(seen(pod("a"), now=362), spec()).drain == ("a",)


class TestPeople:
    def test_a_hold_stands_within_the_bounds(self) -> None:
        assert Policy().decide(seen(held_replicas=3), spec()).replicas == 3
        assert Policy().decide(seen(held_replicas=50), spec()).replicas == 4

    def test_a_hold_below_what_is_there_drains_at_once(self) -> None:
        decision = Policy().decide(seen(pod("a"), pod("b"), held_replicas=1), spec())
        assert (decision.replicas, len(decision.drain)) == (2, 1)

    def test_a_lower_maximum_drains(self) -> None:
        busy = [pod(name, active=2) for name in "abcd"]
        decision = after_window(seen(*busy, delivered=8), spec(maxReplicas=3))
        assert (decision.replicas, len(decision.drain)) == (4, 1)


def test_workers_that_cannot_be_resized_are_counted_by_the_slots_they_have() -> None:
    asked = spec(concurrency={"min": 1, "max": 2})
    decision = Policy().decide(seen(pod("a", slots=1), queued=3, resizable=False), asked)
    assert (decision.replicas, decision.concurrency) == (3, None)


def test_a_decision_tells_every_rule_with_the_value_before_and_after() -> None:
    decision = Policy().decide(seen(queued=9), spec())
    assert [str(step) for step in decision.steps][:4] == [
        "work to slots: 9 -> 9",
        "maximum: 9 -> 8",
        "stabilizationWindow: 8 -> 8",
        "slots to pods: 8 -> 4",
    ]
