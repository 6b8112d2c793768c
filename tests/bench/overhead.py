"""What metrics and traces take of a task of a millisecond, in a real worker on a real Redis."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.costs import Cost, more
from bench.measures import Row, note
from bench.timed_app import IDS, METRICS, QUEUE, TRACES
from pydantic import SecretStr
from stenofleet.celery_app import make_app
from stenofleet.settings import WorkerSettings
from support.otlp import receiver
from support.redis_commands import calls
from support.servers import RedisServer, free_port, until

TESTS = Path(__file__).parents[1]
TASKS = 2_000
ROUNDS = 7
RUN_SECONDS = 300
STOP_SECONDS = 30


@dataclass
class Way:
    """A worker that is watched in one way, and what its rounds took.

    Attributes:
        watching: words of `bench.timed_app`.
        options: of the worker's command line.
        commands: of Redis, for each task.
    """

    title: str
    watching: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    costs: list[Cost] = field(default_factory=list)
    commands: list[float] = field(default_factory=list)

    def row(self, than: "Way") -> Row:
        """How much more than the unwatched one took in the same rounds."""
        added = sorted(
            (a.wall - b.wall) / TASKS * 1e6 for a, b in zip(self.costs, than.costs, strict=True)
        )
        redis = sorted(self.commands)[len(self.commands) // 2]
        middle = added[len(added) // 2]
        told = f"{more(self.costs, than.costs)}; {middle:+.0f} µs; {redis:.1f} commands of Redis"
        return f"a task of 1 ms, {self.title}", told


def ways() -> list[Way]:
    """From nothing to everything; the first one is what the others are compared with."""
    return [
        Way("nothing"),
        Way("metrics", (METRICS,)),
        Way("metrics and ids in logs", (METRICS, IDS)),
        Way("metrics, ids, every task traced", (METRICS, IDS, TRACES)),
        Way("metrics, ids, events (-E)", (METRICS, IDS), ("-E",)),
    ]


def tasks(rounds: int = ROUNDS) -> Iterator[Row]:
    """In turns, so that a busy moment meets all."""
    measured = ways()
    with tempfile.TemporaryDirectory(prefix="stenofleet-observe-") as name, receiver() as otlp:
        server = RedisServer(Path(name))
        server.start()
        try:
            for number in range(1, rounds + 1):
                for way in measured:
                    _run(way, server, Path(name), otlp.url)
                    note(f"round {number}, {way.title}: {way.costs[-1].wall:.2f} s")
        finally:
            server.stop()
        assert otlp.named("spin"), "no span arrived"
    bare = measured[0]
    walls = _middle([each.wall / TASKS * 1e3 for each in bare.costs])
    yield f"a task of 1 ms, {bare.title}, {rounds} rounds of {TASKS:,}", f"{walls:.2f} ms"
    yield from (way.row(bare) for way in measured[1:])


def _run(way: Way, server: RedisServer, folder: Path, endpoint: str) -> None:
    server.client().flushall()
    figures = folder / "figures.json"
    figures.unlink(missing_ok=True)
    _enqueue(server)
    before = calls(server)
    process = _worker(way, server, figures, endpoint)
    try:
        until(figures.exists, "the last task", RUN_SECONDS)
        spent = calls(server) - before
    finally:
        process.terminate()
        process.wait(timeout=STOP_SECONDS)
    way.costs.append(Cost(*json.loads(figures.read_text())))
    way.commands.append(spent.total() / TASKS)


def _enqueue(server: RedisServer) -> None:
    app = make_app(WorkerSettings(redis_url=SecretStr(server.url)), "sender")
    with app.connection_for_write() as connection:
        for number in range(TASKS):
            words: dict[str, Any] = {"queue": QUEUE, "connection": connection}
            app.send_task("spin", (number, TASKS - 1), **words)


def _worker(
    way: Way, server: RedisServer, figures: Path, endpoint: str
) -> "subprocess.Popen[bytes]":
    words = ("-m", "celery", "-A", "bench.timed_app", "worker", "-c", "1", "-Q", QUEUE)
    quiet = ("--without-mingle", "--without-gossip", "--loglevel", "ERROR", *way.options)
    environment = {
        **os.environ,
        "PYTHONPATH": str(TESTS),
        "REDIS_URL": server.url,
        "OBSERVED": " ".join(way.watching),
        "FIGURES": str(figures),
        "STENOFLEET_TRACING_ENDPOINT": endpoint,
        "STENOFLEET_HEALTH_PORT": str(free_port()),
    }
    with (figures.parent / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, *words, *quiet], env=environment, stdout=log, stderr=log
        )


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
