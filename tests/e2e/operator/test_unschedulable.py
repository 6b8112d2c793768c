"""Pods that no node has room for."""

from typing import Any

from support.operator_lab import Lab
from support.plain_app import Setup, plain_app
from support.watches import changes

# One pod a node, and one more than there are nodes.
APART = Setup(apart=True)
SLOTS = 3


def test_the_pods_that_are_there_do_more_when_no_other_finds_a_node(operator_lab: Lab) -> None:
    nodes = len(operator_lab.get("nodes")["items"])
    spec: dict[str, Any] = {"maxReplicas": nodes + 2, "concurrency": {"min": 1, "max": SLOTS}}
    with plain_app(operator_lab, "crowded", APART, **spec) as app:
        first = app.hold(1)
        app.wait_running(1)
        with app.history(".spec.replicas") as replicas:
            tasks = app.hold(4 * SLOTS * nodes)
            app.wait_condition("CapacityLimited", "True")
            app.wait_running(SLOTS * nodes)
            assert len({run.pod for run in app.ledger.runs()}) == nodes
            app.release()
            app.wait_done([*first, *tasks])
            app.wait_asleep()
        app.wait_condition("CapacityLimited", "False")
        app.assert_each_once([*first, *tasks])
    assert changes(replicas)[-1] == "0"
