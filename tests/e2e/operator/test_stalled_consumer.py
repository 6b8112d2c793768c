"""A worker that lives and consumes nothing."""

from support.fleet import eventually
from support.operator_lab import Lab
from support.plain_app import plain_app

# The operator waits for a minute, and a pod as young as that is not suspected.
SUSPECTED_SECONDS = 300
STALLED = '.status.conditions[?(@.type=="StalledConsumer")].status'
"""True for as long as the pod takes to leave, which may be a second."""


def test_a_stalled_worker_is_restarted_alone_and_the_backlog_is_worked_off(
    operator_lab: Lab,
) -> None:
    with plain_app(operator_lab, "stalled", minReplicas=1, maxReplicas=1) as app:
        first = app.send(1, 0.1)
        app.wait_done(first)
        pod = app.stop_consuming()
        with app.history(STALLED, "workerpool/stalled") as stalled:
            tasks = app.send(2, 0.1)
            eventually(
                lambda: "True" in [status for _, status in stalled],
                "the pool to say that its consumer has stalled",
                SUSPECTED_SECONDS,
            )
        app.wait_done(tasks, SUSPECTED_SECONDS)
        app.wait_condition("StalledConsumer", "False")
        eventually(
            lambda: pod["metadata"]["uid"] not in {each["metadata"]["uid"] for each in app.pods()},
            "the stalled pod to be gone",
            120,
        )
        app.assert_each_once([*first, *tasks])
