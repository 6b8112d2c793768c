"""Tasks that were cut and whose workers are all gone."""

from support.fleet import eventually
from support.operator_lab import Lab
from support.plain_app import Setup, plain_app


def test_tasks_that_were_cut_come_back_at_zero_replicas(operator_lab: Lab) -> None:
    # The visibility timeout is an hour: nobody but the operator gives them back. Its target was
    # scaled by a person, which it heeds unless its own last scale is so young that it may be that.
    with plain_app(operator_lab, "stranded", Setup(grace=1), manualHold="1s") as app:
        tasks = app.hold(2)
        app.wait_running(2)
        app.change_pool(mode="Paused")
        app.lab.kubectl("scale", app.target, "--replicas=0")
        eventually(lambda: not app.pods(), "the workers to be gone", 120)
        assert app.ledger.effects() == set()
        app.release()
        app.change_pool(mode="Active")
        app.wait_done(tasks, 300)
        app.wait_asleep()
        assert app.ledger.effects() == set(tasks)
