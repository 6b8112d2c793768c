"""Workers killed at random and servers restarted while movements are written.

A short form here; `make campaign-ingest` writes a million.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from typing import Any

import pytest
import redis
from stenofleet.movement.events import encode
from stenofleet_worker.services import Services
from support.movements import dead_letters, left_in_redis, movement, stored
from support.servers import PostgresServer, until

EVENTS = int(os.environ.get("EVENTS", "20000"))
SEED = int(os.environ.get("SEED", str(random.randrange(10_000))))  # noqa: S311 - no secret
WORKERS = 2
SECONDS = max(12.0, EVENTS / 5_000)
"""Over which the events come in."""

PAUSE_SECONDS = (2.0, 5.0)
DONE_SECONDS = 300 + EVENTS / 1_000
REQUEST = 500
GARBAGE_EVERY = 1_000
TWICE_EVERY = 100
SMALL = {"STENOFLEET_MOVEMENT_BATCH_SIZE": "500", "STENOFLEET_MOVEMENT_LEASE_SECONDS": "5"}


@dataclass
class Camera:
    """Sends movements in requests, each until it is accepted."""

    installation: Any
    accepted: set[Any] = field(default_factory=set)
    garbage: set[bytes] = field(default_factory=set)

    def send_all(self) -> None:
        pause = SECONDS * REQUEST / EVENTS
        client = self.installation.redis.client()
        for first in range(0, EVENTS, REQUEST):
            self._send(client, range(first, min(first + REQUEST, EVENTS)))
            time.sleep(pause)

    def _send(self, client: Any, numbers: range) -> None:
        good = [number for number in numbers if number % GARBAGE_EVERY]
        twice = [number for number in good if number % TWICE_EVERY == 1]
        bad = [b"garbage %d" % number for number in numbers if not number % GARBAGE_EVERY]
        items = [*(encode(movement(number)) for number in (*good, *twice)), *bad]
        until(lambda: _pushed(client, items), "Redis to take a request")
        self.accepted |= {movement(number).event_id for number in good}
        self.garbage |= set(bad)


def _pushed(client: Any, items: list[bytes]) -> bool:
    try:
        client.rpush("movement_logs", *items)
    except (redis.RedisError, OSError):
        return False
    return True


@dataclass
class Fate:
    """Kills workers and restarts servers."""

    installation: Any
    postgres: PostgresServer
    dice: random.Random
    workers: list[Any] = field(default_factory=list)
    kills: int = 0

    def begin(self) -> None:
        self.installation.celery("stenofleet_worker", "beat", "-s", "beat-schedule", **SMALL)
        for _ in range(WORKERS):
            self._start()
        until(lambda: all(each.ready() for each in self.workers), "the workers", 120)

    def blows(self) -> Iterator[Callable[[], None]]:
        """A kill, a restart of Redis, one of PostgreSQL, and then kills without end."""
        yield self.kill
        yield partial(_restart, self.installation.redis)
        yield partial(_restart, self.postgres)
        yield from repeat(self.kill)

    def kill(self) -> None:
        victim = self.workers.pop(self.dice.randrange(WORKERS))
        victim.end(signal.SIGKILL)
        self.kills += 1
        self._start()

    def _start(self) -> None:
        worker = self.installation.worker(
            "logs,core", "-c", "2", app="stenofleet_worker", CELERY_CONCURRENCY="2", **SMALL
        )
        self.workers.append(worker)


def _restart(server: Any) -> None:
    server.stop()
    server.start()


@pytest.mark.timeout(DONE_SECONDS + SECONDS + 300)
def test_every_accepted_event_ends_in_the_table_once_or_in_the_dead_letters(
    installation: Any, services: Services, postgres_server: PostgresServer
) -> None:
    del services  # made the partitions
    print(f"SEED={SEED} EVENTS={EVENTS}")
    fate = Fate(installation, postgres_server, random.Random(SEED))  # noqa: S311
    fate.begin()
    camera = Camera(installation)
    sending = threading.Thread(target=camera.send_all, daemon=True)
    sending.start()
    for strike in fate.blows():
        sending.join(fate.dice.uniform(*PAUSE_SECONDS))
        if not sending.is_alive():
            break
        strike()
    fate.kill()
    client = installation.redis.client()
    until(lambda: not left_in_redis(client), "all to be written", DONE_SECONDS)
    print(f"{fate.kills} workers killed, {len(camera.accepted)} events, {len(camera.garbage)} bad")
    assert stored(installation.sessions) == camera.accepted
    assert set(dead_letters(installation.sessions)) == camera.garbage
