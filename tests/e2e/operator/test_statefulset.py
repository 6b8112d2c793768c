"""Workers of a StatefulSet, which loses its highest ordinals first."""

from support.operator_lab import Lab
from support.plain_app import Setup, plain_app


def test_a_statefulset_goes_from_zero_to_n_to_zero_and_no_task_is_cut(operator_lab: Lab) -> None:
    setup = Setup(kind="StatefulSet", grace=4)
    with plain_app(operator_lab, "ordered", setup, maxReplicas=3) as app:
        tasks = app.send_each([12.0, 2.0, 6.0], "held")
        app.wait_running(3)
        names = {run.pod for run in app.ledger.runs()}
        app.release()
        app.wait_done(tasks)
        app.wait_asleep()
        app.assert_each_once(tasks)
    assert names == {"ordered-0", "ordered-1", "ordered-2"}
