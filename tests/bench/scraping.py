"""How long Prometheus waits for a page, and how large it is."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from bench.bench_scale import SETTLE_SECONDS, answered, fleet_of, settle, watched
from bench.measures import Row
from bench.stack import Process, Stack, installed
from prometheus_client import CollectorRegistry, generate_latest
from pydantic import SecretStr
from stenofleet.contracts import tasks as names
from stenofleet.settings import WorkerSettings
from stenofleet_autoscaler.celery_names import CeleryNames, Census
from stenofleet_worker.celery import make_worker_app
from support.redis_commands import calls
from support.servers import until

POOLS, BROKERS, TICK = 1_000, 20, 0.5
WORKERS = 200
SCRAPES = 50
SCRAPE_SECONDS = 60.0
HOUSEKEEPING = (
    names.PING,
    names.PUBLISH_OUTBOX,
    names.REAP_LEASES,
    names.RESTORE_PENDING,
    names.DELIVER_WEBHOOKS,
)
"""Each with series of its own."""

EVENTS = ("task-received", "task-started", "task-succeeded")


@dataclass
class Pages:
    """Pages as they were scraped; bytes are those of the text, which gzip makes a tenth of."""

    seconds: list[float] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)

    def scrape(self, port: int, count: int) -> None:
        """So many times, on one connection, as Prometheus keeps it."""
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=SCRAPE_SECONDS) as client:
            for _ in range(count):
                self.take(client)

    def take(self, client: httpx.Client) -> None:
        began = time.perf_counter()
        answer = client.get("/metrics").raise_for_status()
        self.seconds.append(time.perf_counter() - began)
        self.texts.append(answer.content)

    @property
    def size(self) -> str:
        """Of the last page."""
        return size_of(self.texts[-1])

    @property
    def times(self) -> str:
        """The middle, and the slowest of twenty."""
        p95 = statistics.quantiles(self.seconds, n=20, method="inclusive")[-1]
        return f"p50 {statistics.median(self.seconds) * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms"


def size_of(page: bytes) -> str:
    """Series and kilobytes.

    >>> size_of(b"# HELP a b\\na 1.0\\n")
    '1 series, 0.0 kB'
    """
    series = sum(not line.startswith(b"#") for line in page.splitlines())
    return f"{series:,} series, {len(page) / 1e3:,.1f} kB"


def pools() -> Iterator[Row]:
    """The operator's page; ticks go on meanwhile, and their lateness tells what a page delays."""
    with (
        tempfile.TemporaryDirectory(prefix="stenofleet-observe-") as name,
        fleet_of(POOLS, BROKERS, Path(name)) as fleet,
        watched(fleet.api, Path(name), TICK) as found,
    ):
        until(lambda: answered(found, fleet), "every pool to be seen", SETTLE_SECONDS)
        settle(found)
        pages, title = Pages(), f"operator with {POOLS:,} pools"
        pages.scrape(found.port, SCRAPES)
        yield f"{title}: a scrape", pages.times
        yield f"{title}: its page", pages.size


def workers() -> Iterator[Row]:
    """As many pages as so many workers have, all of one: more do not fit on one machine."""
    with installed() as stack, stack.workers(1, 2, names.CORE_QUEUE) as [worker]:
        _run_each_once(stack, worker)
        pages, before, began = Pages(), calls(stack.redis), time.monotonic()
        pages.scrape(worker.port, WORKERS)
        took = time.monotonic() - began
        asked = (calls(stack.redis) - before).total() / took
        yield f"a worker after {len(HOUSEKEEPING)} kinds of tasks: a scrape", pages.times
        yield f"{WORKERS} such pages, one after the other", f"{took:.1f} s"
        total = sum(len(page) for page in pages.texts)
        yield f"{WORKERS} such pages: size", f"{total / 1e6:.1f} MB, each {pages.size}"
        yield "Redis meanwhile, beside at rest", f"{asked:.1f} / {_at_rest(stack):.1f} commands/s"
    yield from _celery_names()


def _run_each_once(stack: Stack, worker: Process) -> None:
    app = make_worker_app(WorkerSettings(redis_url=SecretStr(stack.redis.url)))
    for name in HOUSEKEEPING:
        app.send_task(name, queue=names.CORE_QUEUE)
    ended = "stenofleet_task_run_seconds_count"
    until(lambda: worker.figure(ended) >= len(HOUSEKEEPING), "the tasks", SCRAPE_SECONDS)


def _at_rest(stack: Stack, seconds: float = 10.0) -> float:
    before = calls(stack.redis)
    time.sleep(seconds)
    return (calls(stack.redis) - before).total() / seconds


def _celery_names() -> Iterator[Row]:
    """What the operator adds under celery-exporter's names, made in this process."""
    told, registry = CeleryNames(), CollectorRegistry()
    hosts = [f"worker-{number}" for number in range(WORKERS)]
    census = Census({"queue": 0}, dict.fromkeys(hosts, 0), WORKERS)
    told.expose(registry, lambda: [census])
    for host in hosts:
        for task in HOUSEKEEPING:
            for kind in EVENTS:
                event = {"type": kind, "uuid": f"{host}/{task}", "name": task, "runtime": 0.1}
                told.take({**event, "hostname": f"celery@{host}"})
    pages = Pages()
    for _ in range(SCRAPES):
        began = time.perf_counter()
        told.look()
        pages.texts.append(generate_latest(registry))
        pages.seconds.append(time.perf_counter() - began)
    title = f"celery-exporter's names for {WORKERS} workers"
    yield f"{title}: made", pages.times
    yield f"{title}: size", pages.size
