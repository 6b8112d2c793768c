"""Movements through the whole release, while its parts go away under them."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from support.camera import Sender, movements
from support.fleet import Fleet, eventually

EVENTS = int(os.environ.get("EVENTS", "60000"))
"""A campaign sends more."""

POOL = "stenofleet-logs"
WORKER = "worker-logs"
DEPLOYMENT = f"stenofleet-{WORKER}"
KILL_EVERY_SECONDS = 4
SETTLE_SECONDS = 300
IDLE_SECONDS = int(os.environ.get("IDLE_SECONDS", "45"))


@pytest.fixture
def fleet(awake_fleet: Fleet) -> Fleet:
    """The release, whose writers sleep."""
    _wait_asleep(awake_fleet)
    return awake_fleet


def test_each_movement_that_was_taken_is_written_once_whatever_goes_away(fleet: Fleet) -> None:
    user, sender = f"visitor-{secrets.token_hex(4)}", Sender(fleet.http)
    batches = list(movements(EVENTS, user))
    with fleet.history("deployment", DEPLOYMENT) as states, _writers_killed(fleet):
        for number, batch in enumerate(batches):
            sender.send(batch)
            if number == len(batches) // 3:
                _restart(fleet, "postgresql")
            if number == 2 * len(batches) // 3:
                _restart(fleet, "redis")
    eventually(lambda: _written(fleet, user) == EVENTS, "all to be written", SETTLE_SECONDS)

    [distinct] = fleet.sql(
        f"SELECT count(DISTINCT event_id) FROM movement_log WHERE user_id = '{user}'"  # noqa: S608
    )
    assert int(distinct) == EVENTS
    assert fleet.sql("SELECT count(*) FROM movement_dead_letter") == ["0"]
    _wait_asleep(fleet)
    replicas = [state["spec"]["replicas"] for state in states()]
    assert max(replicas) > 0
    assert _written(fleet, user) == EVENTS


def test_an_idle_release_leaves_the_writers_of_movements_asleep(fleet: Fleet) -> None:
    # Whatever wakes them comes from beat, whose longest period is five minutes.
    with fleet.history("deployment", DEPLOYMENT) as states:
        time.sleep(IDLE_SECONDS)
        assert {state["spec"]["replicas"] for state in states()} == {0}
    assert fleet.pods(WORKER) == []


def _written(fleet: Fleet, user: str) -> int:
    [count] = fleet.sql(f"SELECT count(*) FROM movement_log WHERE user_id = '{user}'")  # noqa: S608
    return int(count)


def _wait_asleep(fleet: Fleet) -> None:
    def asleep() -> bool:
        replicas = fleet.get("deployment", DEPLOYMENT)["spec"]["replicas"]
        return replicas == 0 and not fleet.pods(WORKER)

    eventually(asleep, "the writers of movements to sleep", SETTLE_SECONDS)


def _restart(fleet: Fleet, server: str) -> None:
    """A server's pod goes and comes, with its volume."""
    fleet.release.kubectl("delete", "pod", f"stenofleet-{server}-0")
    ready = ("rollout", "status", f"statefulset/stenofleet-{server}", "--timeout=50s")
    fleet.release.kubectl(*ready)


@contextmanager
def _writers_killed(fleet: Fleet) -> Iterator[None]:
    """Every few seconds a writer loses its power, until the block is left."""
    ended = Event()

    def kill() -> None:
        while not ended.wait(KILL_EVERY_SECONDS):
            for pod in fleet.pods(WORKER)[:1]:
                name = pod["metadata"]["name"]
                words = ("--grace-period=0", "--force", "--ignore-not-found")
                fleet.release.kubectl("delete", "pod", name, *words)

    thread = Thread(target=kill, name="killer")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=60)
