"""Workers that were not made for the operator."""

import pytest
from support.operator_lab import Lab
from support.plain_app import Setup, plain_app

EARLY = Setup("prefork", concurrency=2, acks_late=False, prefetch=4, instrumented=False)
PREFORK = Setup("prefork", instrumented=False)
THREADS = Setup("threads", concurrency=2, instrumented=False)


@pytest.mark.parametrize("setup", [EARLY], ids=["early acks, prefetch 4"])
def test_no_task_is_cut_where_messages_are_acknowledged_early_and_hoarded(
    operator_lab: Lab, setup: Setup
) -> None:
    bounds = {"min": 2, "max": 2}
    with plain_app(operator_lab, "early", setup, concurrency=bounds) as app:
        tasks = app.send_each([12.0, 1.0] * 6)
        app.wait_done(tasks)
        app.wait_asleep()
        app.assert_each_once(tasks)


def test_a_prefork_worker_is_resized_and_loses_nothing(operator_lab: Lab) -> None:
    bounds = {"min": 1, "max": 3}
    with plain_app(operator_lab, "prefork", PREFORK, concurrency=bounds, maxReplicas=1) as app:
        tasks = app.hold(3)
        app.wait_running(3)
        assert len({run.pod for run in app.ledger.runs()}) == 1
        app.release()
        app.wait_done(tasks)
        app.wait_asleep()
        app.assert_each_once(tasks)


def test_threads_that_cannot_be_resized_are_told_and_pods_are_used_alone(
    operator_lab: Lab,
) -> None:
    bounds = {"min": 2, "max": 4}
    with plain_app(operator_lab, "threads", THREADS, concurrency=bounds) as app:
        tasks = app.hold(6)
        app.wait_condition("ConcurrencyResizable", "False")
        app.wait_running(6)
        assert len({run.pod for run in app.ledger.runs()}) == 3
        app.release()
        app.wait_done(tasks)
        app.wait_asleep()
        app.assert_each_once(tasks)
