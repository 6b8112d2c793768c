"""API, beat and worker behind Sentinels, with TLS, while their Redis is killed."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest
from support.api_process import ApiProcess, api_process
from support.fleet import client as reaching
from support.movements_sent import ADD_ALL, movement
from support.redis_fleet import RedisFleet
from support.redis_roles import Authority
from support.servers import free_port, until

BATCH = 50
BEFORE, AFTER = 10, 10
"""Requests with movements that are to be taken before the kill, and after the failover."""


@dataclass
class Senders:
    """Sends movements until told to stop, and knows which the API has taken."""

    url: str
    taken: set[str] = field(default_factory=set)
    answers: list[int] = field(default_factory=list)
    stopping: bool = False

    def run(self) -> None:
        with httpx.Client(base_url=self.url, timeout=30) as client:
            for _ in range(10_000):
                if self.stopping:
                    return
                self._send(client, [str(uuid.uuid4()) for _ in range(BATCH)])
                time.sleep(0.05)

    def _send(self, client: httpx.Client, ids: list[str]) -> None:
        now = datetime.now(UTC).isoformat()
        sent = [movement(event_id=each, timestamp=now) for each in ids]
        answer = client.post(ADD_ALL, json=sent)
        self.answers.append(answer.status_code)
        if answer.is_success:
            self.taken.update(ids)

    @property
    def good(self) -> int:
        return sum(200 <= each < 300 for each in self.answers)


@pytest.fixture
def redis_fleet(tmp_path: Path) -> Iterator[RedisFleet]:
    folder = tmp_path / "authority"
    folder.mkdir()
    authority = Authority(folder)
    authority.make()
    fleet = RedisFleet(tmp_path, authority)
    try:
        fleet.start()
        yield fleet
    finally:
        fleet.stop()


@contextmanager
def celery(folder: Path, environment: dict[str, str], *words: str) -> Iterator[Path]:
    """A `celery` process, and its log."""
    log = folder / f"{words[0]}.log"
    health = {"STENOFLEET_HEALTH_PORT": str(free_port())}
    command = [sys.executable, "-m", "celery", "-A", "stenofleet_worker", *words]
    with log.open("wb") as output:
        running = subprocess.Popen(
            command, env=environment | health, cwd=folder, stdout=output, stderr=output
        )
    try:
        yield log
        assert running.poll() is None, log.read_text()
    finally:
        running.kill()
        running.wait(timeout=60)


@contextmanager
def services(folder: Path, database: str, redis: RedisFleet) -> Iterator[ApiProcess]:
    settings = {"movement_replicas": "1", "storage_url": f"file://{folder}/recordings"}
    environment = {
        **os.environ,
        **redis.environment,
        "REDIS_URL": redis.url,
        "DATABASE_URL": database,
        "STENOFLEET_STORAGE_URL": settings["storage_url"],
    }
    beat = ("beat", "-s", str(folder / "schedule"))
    worker = ("worker", "-Q", "logs,core", "-c", "1", "-n", "only@test")
    with ExitStack() as stack:
        log = stack.enter_context(celery(folder, environment, *worker))
        stack.enter_context(celery(folder, environment, *beat))
        until(lambda: " ready." in log.read_text(), "the worker")
        yield stack.enter_context(
            api_process(folder, database, redis.url, variables=redis.environment, **settings)
        )


def written(database: str) -> set[str]:
    connection = psycopg2.connect(database)
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT event_id::text FROM movement_log")
        return {row[0] for row in cursor.fetchall()}
    finally:
        connection.close()


def test_after_a_failover_all_go_on_by_themselves_and_lose_nothing_that_was_taken(
    tmp_path: Path, database_url: str, redis_fleet: RedisFleet
) -> None:
    with (
        services(tmp_path, database_url, redis_fleet) as api,
        ThreadPoolExecutor() as pool,
        reaching(api.url) as client,
    ):
        senders = Senders(api.url)
        sending = pool.submit(senders.run)
        try:
            until(lambda: senders.good >= BEFORE, "movements to be taken")
            assert ready(client)["checks"]["broker"] == "ok"
            redis_fleet.kill_master()
            enough = senders.good + AFTER
            until(lambda: senders.good >= enough, "movements after the failover", 240)
        finally:
            senders.stopping = True
        sending.result(timeout=60)

        assert api.process.poll() is None
        until(lambda: ready(client)["degraded"] == [], "the broker to be found")
        until(lambda: written(database_url) >= senders.taken, "the movements to be written", 240)
        until(lambda: client.post("/api/v1/events/tickets").is_success, "a ticket")
        # Its one slot may be at work on movements for longer than a test waits.
        until(lambda: client.get("/api/logs/test-celery/").is_success, "a task to be done")


def ready(client: httpx.Client) -> Any:
    return client.get("/readyz").raise_for_status().json()
