"""Demand that returns takes pods back that were on their way out."""

from support.fleet import eventually
from support.operator_lab import Lab
from support.plain_app import Setup, draining, plain_app
from support.watches import changes

TWO_SLOTS = Setup(concurrency=2)


def test_a_pod_that_drains_serves_again_when_demand_returns(operator_lab: Lab) -> None:
    # Two tasks in two slots each; then each pod has one, and one of the two pods must go.
    bounds = {"min": 2, "max": 2}
    with plain_app(operator_lab, "return", TWO_SLOTS, concurrency=bounds) as app:
        long = app.send(2, 30.0)
        short = app.send(2, 4.0)
        app.wait_running(4)
        before = {pod["metadata"]["uid"] for pod in app.pods()}
        eventually(lambda: draining(app), "a pod to drain", 60)
        with app.history(".spec.replicas") as replicas:
            again = app.send(2, 10.0)
            eventually(lambda: not draining(app), "the drain to be undone", 30)
            app.wait_running(4)
            after = {pod["metadata"]["uid"] for pod in app.pods()}
            seen = [int(line) for line in changes(replicas)]
        app.wait_done([*long, *short, *again])
        app.wait_asleep()
        app.assert_each_once([*long, *short, *again])
    assert after == before
    assert seen == [2]
