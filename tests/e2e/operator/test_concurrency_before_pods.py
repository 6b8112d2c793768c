"""What a running pod can do at once is asked of it before another pod."""

from support.operator_lab import Lab
from support.plain_app import Setup, plain_app
from support.watches import changes

SLOTS = 3


def test_a_pod_that_serves_takes_more_tasks_before_a_pod_is_added(operator_lab: Lab) -> None:
    bounds = {"min": 1, "max": SLOTS}
    with plain_app(operator_lab, "levers", Setup(), concurrency=bounds) as app:
        first = app.hold(1)
        app.wait_running(1)
        with app.history(".spec.replicas") as replicas:
            more = app.hold(SLOTS - 1)
            app.wait_running(SLOTS)
            alone = len({run.pod for run in app.ledger.runs()})
            beyond = app.send(2, 1.0)
            app.wait_replicas(2)
            app.release()
            app.wait_done([*first, *more, *beyond])
            app.wait_asleep()
        assert alone == 1
        assert [int(line) for line in changes(replicas)] == [1, 2, 1, 0] or [
            int(line) for line in changes(replicas)
        ] == [1, 2, 0]
        app.assert_each_once([*first, *more, *beyond])
