"""Series of workers are bounded: names that came in messages make none."""

from types import SimpleNamespace
from typing import Any

import pytest
from celery.app.task import Context
from prometheus_client import REGISTRY
from stenofleet.celery_app import make_app
from stenofleet.settings import RedisSettings
from stenofleet_worker import metrics


@pytest.fixture
def task() -> Any:
    app = make_app(RedisSettings.model_validate({"redis_url": "redis://nowhere"}))
    app.amqp.queues.select(["core"])

    def nothing() -> None:
        """Is never run."""

    return app.task(name="stenofleet.metered")(nothing)


def run(task: Any, name: str, queue: str) -> None:
    """What Celery's signals tell of one run, of a message that says so."""
    request = Context(delivery_info={"routing_key": queue})
    told = SimpleNamespace(name=name, app=task.app, request=request)
    metrics._started(told)  # type: ignore[arg-type]
    metrics._ended(told)  # type: ignore[arg-type]


def value(name: str, task: str, queue: str) -> float:
    return REGISTRY.get_sample_value(name, {"task": task, "queue": queue}) or 0.0


def test_a_known_task_of_a_known_queue_is_counted_by_its_names(task: Any) -> None:
    run(task, "stenofleet.metered", "core")
    assert value("stenofleet_task_started_total", "stenofleet.metered", "core") == 1.0
    assert value("stenofleet_task_run_seconds_count", "stenofleet.metered", "core") == 1.0
    assert value("stenofleet_task_running", "stenofleet.metered", "core") == 0.0


def test_whatever_else_a_message_says_becomes_one_series(task: Any) -> None:
    before = value("stenofleet_task_started_total", "other", "other")
    for number in range(50):
        run(task, f"made.up.{number}", f"queue-{number}")
    assert value("stenofleet_task_started_total", "other", "other") == before + 50
    assert not [
        sample
        for family in REGISTRY.collect()
        for sample in family.samples
        if "made.up" in sample.labels.get("task", "") or "-7" in sample.labels.get("queue", "")
    ]


def test_a_draining_worker_still_knows_its_queue(task: Any) -> None:
    task.app.amqp.queues.deselect("core")
    before = value("stenofleet_task_started_total", "stenofleet.metered", "core")
    run(task, "stenofleet.metered", "core")
    assert value("stenofleet_task_started_total", "stenofleet.metered", "core") == before + 1


def test_a_worker_tells_of_the_tasks_of_its_queues_before_it_runs_one() -> None:
    metrics.begin_for({"logs"})

    labels = {"task": "stenofleet.process_movement_logs_batch", "queue": "logs"}
    for name in ("stenofleet_task_failed_total", "stenofleet_task_run_seconds_count"):
        assert REGISTRY.get_sample_value(name, labels) is not None
        assert REGISTRY.get_sample_value(name, labels | {"queue": "core"}) is None
    assert REGISTRY.get_sample_value("stenofleet_movement_total", {"outcome": "dead"}) is not None
