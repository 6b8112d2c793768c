"""``celery -A stenofleet_worker worker|beat|flower`` with the options that guides use."""

import json
import shlex
from functools import partial
from typing import Any

import httpx
import pytest
from stenofleet.contracts.tasks import CORE_QUEUE, PING
from support.servers import free_port, until

APP = "stenofleet_worker"
REPLY_SECONDS = 10.0


def worker(installation: Any, line: str) -> Any:
    """Runs ``celery -A stenofleet_worker worker ...`` and returns it when it is ready."""
    process = installation.celery(APP, "worker", *shlex.split(line))
    until(lambda: "ready" in process.text() and process.popen.poll() is None, f"worker {line}")
    return process


def asked(installation: Any, method: str) -> dict[str, Any]:
    """What all workers answer, by their names."""
    found: dict[str, Any] = {}

    def all_answer() -> bool:
        inspect = installation.app.control.inspect(timeout=REPLY_SECONDS, limit=1)
        found.update(getattr(inspect, method)() or {})
        return bool(found)

    until(all_answer, f"an answer to {method}")
    return found


@pytest.mark.parametrize(
    ("line", "pool", "slots", "queues"),
    [
        ("-Q core", "stenofleet.pool:TaskPool", 1, {"core"}),
        ("--loglevel=info --concurrency=2", "stenofleet.pool:TaskPool", 2, {CORE_QUEUE}),
        ("-l info -c 3 -Q logs,core", "stenofleet.pool:TaskPool", 3, {"logs", "core"}),
        (
            "--pool=threads --concurrency=4 -E -Q logs,core --loglevel=info",
            "celery.concurrency.thread:TaskPool",
            4,
            {"logs", "core"},
        ),
        ("--pool=solo -Q core", "celery.concurrency.solo:TaskPool", 1, {"core"}),
        (
            "--loglevel=info --without-gossip --without-mingle --prefetch-multiplier=1 -c 2",
            "stenofleet.pool:TaskPool",
            2,
            {CORE_QUEUE},
        ),
    ],
)
def test_a_worker_has_the_pool_the_slots_and_the_queues_of_its_line(
    installation: Any, line: str, pool: str, slots: int, queues: set[str]
) -> None:
    worker(installation, line)

    [stats] = asked(installation, "stats").values()
    [consumed] = asked(installation, "active_queues").values()

    assert stats["pool"]["implementation"] == pool
    assert stats["pool"]["max-concurrency"] == slots
    assert {queue["name"] for queue in consumed} == queues


def test_several_workers_stand_side_by_side_by_their_hostnames(installation: Any) -> None:
    for name in ("worker1", "worker2"):
        worker(installation, f"-Q core --hostname={name}@%h")

    answered: set[str] = set()

    def both() -> bool:
        found = installation.app.control.inspect(timeout=2).ping() or {}
        answered.update(name.partition("@")[0] for name in found)
        return answered == {"worker1", "worker2"}

    until(both, "both to answer")


def test_the_log_level_of_the_line_wins_over_the_settings(installation: Any) -> None:
    chatty = worker(installation, "-Q core --hostname=a@%h --loglevel=debug")
    quiet = worker(installation, "-Q core --hostname=b@%h")

    assert '"level": "debug"' in chatty.text()
    assert '"level": "debug"' not in quiet.text()


def test_events_of_tasks_are_sent_by_a_worker_that_was_asked_for_them(installation: Any) -> None:
    worker(installation, "-Q core -E")
    # As kombu names the channels of what everybody hears.
    heard = installation.redis.client().pubsub(ignore_subscribe_messages=True)
    heard.psubscribe("*celeryev/task.*")

    installation.app.send_task(PING, queue=CORE_QUEUE)

    until(lambda: heard.get_message(timeout=1) is not None, "the event of the task's end")


def test_beat_sends_what_is_due(installation: Any) -> None:
    schedule = installation.folder / "schedule"
    installation.celery(APP, "beat", "--loglevel=info", f"--schedule={schedule}")

    client = installation.redis.client()
    until(lambda: bool(client.keys(f"{CORE_QUEUE}*")), "a message on core")


def test_flower_shows_the_worker(installation: Any) -> None:
    worker(installation, "-Q core --hostname=seen@%h -E")
    port = free_port()
    installation.celery(APP, "flower", "--address=127.0.0.1", f"--port={port}")

    def shown() -> bool:
        try:
            page = httpx.get(f"http://127.0.0.1:{port}/workers?json=1", timeout=5)
        except httpx.TransportError:
            return False
        return page.is_success and "seen@" in json.dumps(page.json())

    until(shown, "Flower to show the worker", 120)


def test_what_guides_ask_of_running_workers_is_answered(installation: Any) -> None:
    worker(installation, "-Q core --hostname=seen@%h")
    for line, shown in (
        ("status", "seen@"),
        ("inspect ping", "pong"),
        ("inspect active", "seen@"),
        ("inspect registered", "stenofleet.transcribe_audio"),
        ("inspect stats", "max-concurrency"),
    ):
        until(partial(answered, installation, line, shown), f"celery {line}", 120)


def answered(installation: Any, line: str, shown: str) -> bool:
    """Whether workers answered in the second that Celery waits for them."""
    process = installation.celery(APP, *line.split())
    return process.popen.wait(150) == 0 and shown in process.text()
