"""Queues that are several lists, under a prefix of the app's own."""

from support.operator_lab import Lab
from support.plain_app import Setup, plain_app
from support.watches import changes

PRIORITIES = (0, 3, 6, 9)


def test_tasks_of_every_priority_under_a_key_prefix_are_counted(operator_lab: Lab) -> None:
    setup = Setup(key_prefix="shop:")
    with plain_app(operator_lab, "urgent", setup) as app, app.history(".spec.replicas") as replicas:
        tasks = [app.hold(1, priority=priority)[0] for priority in PRIORITIES]
        app.wait_running(len(PRIORITIES))
        app.release()
        app.wait_done(tasks)
        app.wait_asleep()
        app.assert_each_once(tasks)
    assert max(int(line) for line in changes(replicas)) == len(PRIORITIES)
