"""The operator that leads goes at the worst of times."""

from support.fleet import eventually
from support.operator_lab import Lab
from support.plain_app import Setup, draining, plain_app

# Many times the lease's time and the start of a pod.
SECONDS = 180


def test_a_new_leader_goes_on_with_a_drain(operator_lab: Lab) -> None:
    bounds = {"min": 2, "max": 2}
    with plain_app(operator_lab, "orphan", Setup(concurrency=2), concurrency=bounds) as app:
        # One pod is idle soon, the other one is not; which one is which is up to them.
        tasks = app.send_each([25.0, 25.0, 0.0, 0.0], "held")
        app.wait_running(4)
        app.release()
        marked = eventually(lambda: draining(app), "a pod to drain", 60)
        before = operator_lab.leader()
        operator_lab.kill_pod(before)
        # The lease's time, and one pod's start where there is no second operator.
        eventually(
            lambda: operator_lab.leader() not in {"", before},
            "a new leader",
            SECONDS,
        )
        app.wait_done(tasks)
        app.wait_asleep()
        app.assert_each_once(tasks)
        assert len(marked) == 1
        assert operator_lab.events(app.name, "WrongVictim") == []
