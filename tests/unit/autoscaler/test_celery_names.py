"""Names of celery-exporter: counters from events, gauges from what the operator sees anyway."""

from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from stenofleet_autoscaler.celery_names import FORGOTTEN_AFTER, REMEMBERED, CeleryNames, Census

MAIL = {"name": "send", "hostname": "mail-1", "queue_name": "celery"}


class Told:
    """What celery-exporter's names tell of these pools."""

    def __init__(self, *pools: Census) -> None:
        self.now = 0.0
        self.names = CeleryNames(lambda: self.now)
        self.registry = CollectorRegistry()
        self.names.expose(self.registry, lambda: pools)

    def value(self, metric: str, /, **labels: str) -> float | None:
        self.names.look()
        return self.registry.get_sample_value(f"celery_{metric}", labels)

    def take(self, kind: str, uuid: str = "1", **fields: Any) -> None:
        self.names.take({"type": kind, "uuid": uuid, "hostname": "celery@mail-1", **fields})


def test_a_task_is_counted_under_the_name_that_its_first_event_told() -> None:
    told = Told()
    told.take("task-received", name="send")
    told.take("task-started")
    told.take("task-succeeded", runtime=0.2)

    for end in ("received", "started", "succeeded"):
        assert told.value(f"task_{end}_total", **MAIL) == 1.0
    assert told.value("task_runtime_sum", **MAIL) == 0.2


def test_a_failure_bears_the_class_of_its_exception_and_not_its_text() -> None:
    told = Told()
    told.take("task-received", name="send")
    told.take("task-failed", exception="ValueError('of redis://:hush@broker')")

    assert told.value("task_failed_total", **MAIL, exception="ValueError") == 1.0
    assert b"hush" not in generate_latest(told.registry)


@pytest.mark.parametrize("exception", ["<HTTPError 404: hush>", "hush", None])
def test_a_failure_that_tells_no_class_bears_none_of_its_text(exception: str | None) -> None:
    told = Told()
    told.take("task-received", name="send")
    told.take("task-failed", exception=exception)

    assert told.value("task_failed_total", **MAIL, exception="UnknownException") == 1.0
    assert b"hush" not in generate_latest(told.registry)


def test_what_may_still_happen_to_a_task_begins_at_zero_as_soon_as_it_is_received() -> None:
    told = Told()
    told.take("task-received", name="send")

    assert told.value("task_succeeded_total", **MAIL) == 0.0
    assert told.value("task_failed_total", **MAIL, exception="") == 0.0


def test_who_sends_a_task_has_no_series_of_what_workers_do() -> None:
    told = Told()
    told.take("task-sent", name="send")
    assert told.value("task_received_total", **MAIL) is None


def test_the_queue_is_known_where_publishers_tell_of_what_they_send() -> None:
    told = Told()
    told.take("task-sent", name="send", queue="mail", hostname="gen1@api-1")
    told.take("task-started")
    assert told.value("task_started_total", **{**MAIL, "queue_name": "mail"}) == 1.0


@pytest.mark.parametrize(
    "event", [{}, {"type": "task-unheard-of", "uuid": "1"}, {"type": "task-started", "uuid": 7}]
)
def test_what_is_no_event_of_a_task_is_left_aside(event: dict[str, Any]) -> None:
    told = Told()
    told.names.take(event)
    assert told.names._heard == {}


def test_gauges_add_up_the_pools_of_a_queue() -> None:
    one = Census({"mail": 7, "bulk": 1}, {"mail-1": 2}, 3)
    told = Told(one, Census({"mail": 7}, {"mail-2": 0}, 1))
    assert told.value("queue_length", queue_name="mail") == 7.0
    assert told.value("active_worker_count", queue_name="mail") == 2.0
    assert told.value("active_process_count", queue_name="mail") == 4.0
    assert told.value("active_worker_count", queue_name="bulk") == 1.0
    assert told.value("worker_up", hostname="mail-2") == 1.0
    assert told.value("worker_tasks_active", hostname="mail-1") == 2.0


def test_a_queue_that_cannot_be_read_is_not_told_as_empty() -> None:
    assert Told(Census({}, {"mail-1": 0}, 1)).value("queue_length", queue_name="mail") is None


def test_slots_that_a_pod_did_not_tell_yet_are_not_told_as_none() -> None:
    told = Told(Census({"mail": 7}, {"mail-1": 0}, None), Census({"mail": 7}, {"mail-2": 0}, 2))
    assert told.value("active_process_count", queue_name="mail") is None
    assert told.value("active_worker_count", queue_name="mail") == 2.0


def test_series_of_hosts_that_are_gone_go_too() -> None:
    told = Told()
    told.take("task-received", name="send")
    told.now = FORGOTTEN_AFTER + 1
    assert told.value("task_received_total", **MAIL) is None

    told.take("task-started")
    assert told.value("task_received_total", **MAIL) == 0.0


def test_no_more_tasks_are_remembered_than_celery_itself_does() -> None:
    told = Told()
    for number in range(REMEMBERED + 5):
        told.take("task-received", uuid=str(number), name="send")
    assert len(told.names._tasks) == REMEMBERED
