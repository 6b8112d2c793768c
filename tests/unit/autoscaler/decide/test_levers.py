"""From slots to pods: useful concurrency, nodes that hold less, pods without a node."""

import pytest
from stenofleet_autoscaler.decide import Policy
from support.decisions import pod, seen, spec

WIDE = {"concurrency": {"min": 1, "max": 8}, "maxReplicas": 10}


def test_concurrency_stops_where_it_was_seen_to_bring_no_more() -> None:
    decision = Policy().decide(seen(pod("a", slots=1), queued=12, useful_slots=3), spec(**WIDE))
    assert (decision.concurrency, decision.pods) == (3, 4)


@pytest.mark.parametrize("knee", [0, 1])
def test_a_knee_below_the_least_concurrency_changes_nothing(knee: int) -> None:
    asked = spec(concurrency={"min": 2, "max": 8})
    assert Policy().decide(seen(queued=4, useful_slots=knee), asked).pods == 2


def test_a_pod_that_its_node_holds_short_counts_for_what_it_has() -> None:
    short = pod("a", slots=2, most_slots=2)
    assert Policy().decide(seen(short, queued=12), spec(**WIDE)).pods == 3


def test_nothing_is_added_while_a_pod_finds_no_node_and_concurrency_rises_instead() -> None:
    waiting = pod("b", active=None, ready=False, assigned=False, pending=True, slots=None)
    waiting = type(waiting)(**{**vars(waiting), "trouble": "Unschedulable"})
    decision = Policy().decide(seen(pod("a", slots=1), waiting, queued=40), spec(**WIDE))
    assert (decision.pods, decision.replicas, decision.concurrency) == (2, 2, 8)
    assert decision.reason == "CapacityLimited"
    assert decision.bound == "no node for more pods"


def test_a_decision_names_the_rule_that_bound_it() -> None:
    assert Policy().decide(seen(queued=500), spec()).bound == "maximum"
    assert Policy().decide(seen(queued=2), spec()).bound is None


def test_a_decision_tells_what_it_was_made_from() -> None:
    inputs = dict(Policy().decide(seen(pod("a", active=1), queued=3, delivered=1), spec()).inputs)
    assert inputs["queued"] == 3
    assert inputs["in flight"] == 1
    assert inputs["pods ready"] == 1
