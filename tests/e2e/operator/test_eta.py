"""Tasks whose time has not come."""

from support.operator_lab import Lab
from support.plain_app import plain_app
from support.watches import changes

AHEAD = 40


def test_a_pool_at_zero_wakes_for_a_task_only_when_its_time_comes(operator_lab: Lab) -> None:
    with plain_app(operator_lab, "later") as app, app.history(".spec.replicas") as replicas:
        [task] = app.send(1, 1.0, countdown=AHEAD)
        due = app.sent[task] + AHEAD
        app.wait_done([task])
        app.wait_asleep()
        [run] = app.ledger.runs()
        woken = next(at for at, line in replicas if line == "1")
    assert changes(replicas) == ["0", "1", "0"]
    # Not before a pod can be needed; how soon after its time a task runs is the machine's business.
    assert due - woken < AHEAD / 2
    assert run.started >= due
