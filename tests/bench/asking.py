"""What a Redis is asked for the sake of metrics: ours, and celery-exporter's, of real workers."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from bench.bench_scale import fleet_of
from bench.measures import Row, note
from support.celery_exporter import SCRAPE_SECONDS, celery_exporter
from support.operator_process import operator
from support.redis_commands import calls
from support.servers import RedisServer, until

WORKERS = 50
QUEUE = "queue-0"
"""That of the fleet's one pool."""

INTERVAL = 15.0
"""Seconds between two scrapes, as in most installations of Prometheus."""

START_SECONDS = 600.0
STOP_SECONDS = 30
SETTLE_SECONDS = 10.0
MEASURED_SECONDS = 60.0
TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Asked:
    """Commands and kilobytes a second, over some time."""

    commands: Counter[str]
    kilobytes: float
    seconds: float

    @property
    def rate(self) -> float:
        """Commands a second, of all kinds."""
        return self.commands.total() / self.seconds

    def __str__(self) -> str:
        return f"{self.rate:.1f} commands/s, {self.kilobytes / self.seconds:.1f} kB/s"

    def beside(self, rest: "Asked") -> str:
        """What came on top of what is asked anyway."""
        more = self.kilobytes / self.seconds - rest.kilobytes / rest.seconds
        return f"{self.rate - rest.rate:+.1f} commands/s, {more:+.1f} kB/s"


def redis(seconds: float = MEASURED_SECONDS) -> Iterator[Row]:
    """Workers alone; with the operator; with the operator scraped; with celery-exporter scraped."""
    with (
        tempfile.TemporaryDirectory(prefix="stenofleet-observe-") as name,
        fleet_of(1, 1, Path(name)) as fleet,
        _workers(fleet.brokers[0], Path(name)),
    ):
        [broker], folder = fleet.brokers, Path(name)
        alone = _measured(broker, seconds)
        with operator(fleet.api, folder, "*", celery_exporter="true") as (_, port):
            page = f"http://127.0.0.1:{port}/metrics"
            until(lambda: _tells_of_the_broker(page), "the operator to see its pool", START_SECONDS)
            looked = _measured(broker, seconds)
            scraped = _measured(broker, seconds, page)
        with celery_exporter(broker.url, folder) as page:
            theirs = _measured(broker, seconds, page)
    yield f"{WORKERS} idle workers by themselves", str(alone)
    yield "the operator's looks, which it decides by, on top", looked.beside(alone)
    yield f"its page with celery-exporter's names, each {INTERVAL:.0f} s", scraped.beside(looked)
    yield f"celery-exporter itself, each {INTERVAL:.0f} s, on top", theirs.beside(alone)


def _measured(broker: RedisServer, seconds: float, page: str = "") -> Asked:
    time.sleep(SETTLE_SECONDS)
    before, traffic, began = calls(broker), _kilobytes(broker), time.monotonic()
    for number in range(1, round(seconds / INTERVAL) + 1):
        if page:
            httpx.get(page, timeout=SCRAPE_SECONDS).raise_for_status()
        time.sleep(max(0.0, began + number * INTERVAL - time.monotonic()))
    took = time.monotonic() - began
    asked = Asked(calls(broker) - before, _kilobytes(broker) - traffic, took)
    note(f"{asked}: {dict(asked.commands.most_common(8))}")
    return asked


def _kilobytes(broker: RedisServer) -> float:
    """Both ways, so far."""
    stats = broker.client().info("stats")
    return float(stats["total_net_input_bytes"] + stats["total_net_output_bytes"]) / 1e3


def _tells_of_the_broker(page: str) -> bool:
    try:
        return "stenofleet_pool_broker_up" in httpx.get(page, timeout=SCRAPE_SECONDS).text
    except httpx.TransportError:
        return False


@contextmanager
def _workers(broker: RedisServer, folder: Path) -> Iterator[None]:
    """Plain ones of one thread each, all of which listen."""
    words = [sys.executable, "-m", "bench.many_workers", str(WORKERS), QUEUE]
    environment = {**os.environ, "CELERY_BROKER_URL": broker.url, "PYTHONPATH": str(TESTS)}
    with (folder / "workers.log").open("wb") as log:
        running = subprocess.Popen(
            words, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        until(lambda: _subscribed(broker) == WORKERS, "workers", START_SECONDS)
        yield
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(STOP_SECONDS)


def _subscribed(broker: RedisServer) -> int:
    """Workers that listen for what they are told."""
    client: Any = broker.client()
    return len(client.client_list(_type="pubsub"))
