"""Demand that returns takes pods back that were on their way out."""

from support.fleet import eventually
from support.operator_lab import Lab
from support.plain_app import draining, plain_app
from support.watches import changes


def test_a_pod_that_drains_serves_again_when_demand_returns(operator_lab: Lab) -> None:
    with plain_app(operator_lab, "return") as app:
        first = app.hold(2)
        app.wait_running(2)
        before = {pod["metadata"]["uid"] for pod in app.pods()}
        # Each pod has a task; once one of them may have two, the other must go when it is done.
        app.change_pool(concurrency={"min": 2, "max": 2})
        eventually(lambda: draining(app), "a pod to drain", 60)
        with app.history(".spec.replicas") as replicas:
            again = app.hold(2)
            eventually(lambda: not draining(app), "the drain to be undone", 60)
            app.wait_running(4)
            after = {pod["metadata"]["uid"] for pod in app.pods()}
            seen = [int(line) for line in changes(replicas)]
        app.release()
        app.wait_done([*first, *again])
        app.wait_asleep()
        app.assert_each_once([*first, *again])
    assert after == before
    assert seen == [2]
