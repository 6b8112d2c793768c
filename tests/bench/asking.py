"""What a Redis is asked for the sake of metrics: ours, and celery-exporter's, of real workers."""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from bench.bench_scale import fleet_of
from bench.measures import Row, note
from support.celery_exporter import SCRAPE_SECONDS, celery_exporter
from support.operator_process import operator
from support.redis_commands import calls
from support.servers import RedisServer, until

WORKERS = 50
AT_ONCE = 5
INTERVAL = 15.0
"""Seconds between two scrapes, as in most installations of Prometheus."""

START_SECONDS = 240.0
STOP_SECONDS = 30
SETTLE_SECONDS = 20.0
MEASURED_SECONDS = 60.0
APPS = Path(__file__).parents[1] / "support"


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
    """Plain ones of one thread each, all of which answer; a few at a time start faster."""
    running: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(WORKERS):
            running.append(_worker(broker, folder, number))
            if number % AT_ONCE == AT_ONCE - 1:
                until(lambda: _subscribed(broker) >= len(running), "workers", START_SECONDS)
                note(f"{len(running)} workers")
        yield
    finally:
        for each in running:
            each.kill()
        for each in running:
            each.wait(STOP_SECONDS)


def _worker(broker: RedisServer, folder: Path, number: int) -> "subprocess.Popen[bytes]":
    words = ("worker", "-n", f"celery@worker-{number}", "-c", "1", "-P", "threads", "-E")
    quiet = ("-Q", "queue-0", "--without-mingle", "--without-gossip")
    with (folder / f"worker-{number}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "shop_app", *words, *quiet],
            cwd=APPS,
            env={**os.environ, "CELERY_BROKER_URL": broker.url},
            stdout=log,
            stderr=log,
        )


def _subscribed(broker: RedisServer) -> int:
    """Workers that listen for what they are told."""
    told = dict(broker.client().pubsub_numsub("/0.celery.pidbox"))
    return int(told.get("/0.celery.pidbox", 0))
