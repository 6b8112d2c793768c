"""What a fleet's own words say is wrong with it."""

from dataclasses import replace

from stenofleet.fleet_status import FleetStatus, Queue, Worker
from stenofleet.fleet_troubles import troubles

WORKER = Worker("celery@a", "prefork", 2, ("core",), ("ping",), (), (), 3600.0)
HEALTHY = FleetStatus(1, 1, (WORKER,), (Queue("core", {0: 3}, ("celery@a",)),), 0)


def found(status: FleetStatus) -> list[str]:
    return [str(each) for each in troubles(status)]


def test_a_fleet_whose_workers_all_answer_has_none() -> None:
    assert found(HEALTHY) == []


def test_one_reply_too_many_for_the_names_is_two_workers_of_one_name() -> None:
    (told,) = troubles(replace(HEALTHY, listening=2, replies=2))

    assert "two workers have the same name" in str(told)
    assert "--hostname=worker1@%h" in told.then


def test_those_that_do_not_answer_are_counted() -> None:
    assert found(replace(HEALTHY, listening=3)) == ["2 of 3 workers do not answer"]


def test_a_queue_nobody_consumes_is_wrong_only_when_tasks_wait_in_it() -> None:
    empty, full = Queue("logs", {0: 0, 3: 0}, ()), Queue("mail", {0: 1, 9: 4}, ())

    told = found(replace(HEALTHY, queues=(*HEALTHY.queues, empty, full)))

    assert told == ["5 tasks wait in mail, and no worker consumes it"]


def test_a_worker_that_did_not_tell_its_queues_may_consume_them() -> None:
    queues = (Queue("mail", {0: 1}, ()),)
    unknown = replace(WORKER, queues=None)

    assert found(replace(HEALTHY, workers=(unknown,), queues=queues)) == []
