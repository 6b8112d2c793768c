"""Everything a transcript needs, as processes on this machine: servers, API, workers, beat."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from bench import usage
from sqlalchemy import Engine
from stenofleet.db.engine import make_engine
from stenofleet.db.upgrade import upgrade
from stenofleet.settings import DatabaseSettings
from support.servers import PostgresServer, RedisServer, free_port, until

MODELS = Path.home() / ".cache/stenofleet/models"
READY_SECONDS = 180
STOP_SECONDS = 30
REQUEST_SECONDS = 120


@dataclass
class Process:
    """A process of ours, and where it tells its figures."""

    popen: "subprocess.Popen[bytes]"
    port: int

    def figure(self, name: str, label: str = "") -> float:
        """The sum of a metric over its labels, or those with this value; 0 before it is counted."""
        text = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=10).text
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return sum(
            float(value)
            for key, _, value in lines
            if key.partition("{")[0] == name and (not label or f'"{label}"' in key)
        )

    def most_memory(self) -> float:
        """MB of memory that it had at most."""
        return usage.megabytes(self.popen.pid, "VmHWM")

    def processor_seconds(self) -> float:
        """Of all its threads so far."""
        return usage.processor_seconds(self.popen.pid)

    def answers(self, path: str) -> bool:
        """Whether it says 200 there; it must still run."""
        if self.popen.poll() is not None:
            raise RuntimeError(f"a process ended with {self.popen.returncode}; its log tells why")
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=5).is_success
        except httpx.TransportError:
            return False


@dataclass
class Stack:
    """A running installation.

    Attributes:
        http: a client of the API.
        engine: connections to its database.
        redis: its broker.
    """

    folder: Path
    environment: dict[str, str]
    http: httpx.Client
    engine: Engine
    redis: RedisServer
    processes: list[Process] = field(default_factory=list)

    @property
    def model(self) -> str:
        """Whisper's."""
        return self.environment["STENOFLEET_WHISPER_MODEL"]

    @contextmanager
    def workers(
        self, count: int, slots: int, queue: str = "transcription"
    ) -> Iterator[list[Process]]:
        """So many workers of so many slots, ready; they stop at the end."""
        with ExitStack() as stack:
            numbers = range(count)
            yield [stack.enter_context(self._worker(each, slots, queue)) for each in numbers]

    @contextmanager
    def _worker(self, number: int, slots: int, queue: str) -> Iterator[Process]:
        words = ("-Q", queue, "-n", f"bench-{number}@bench", "-c", str(slots))
        with self._celery("worker", *words, CELERY_CONCURRENCY=str(slots)) as process:
            until(lambda: process.answers("/readyz"), "a worker", READY_SECONDS)
            yield process

    @contextmanager
    def _celery(self, *words: str, **more: str) -> Iterator[Process]:
        command = [sys.executable, "-m", "celery", "-A", "stenofleet_worker", *words]
        with started(self, command, "STENOFLEET_HEALTH_PORT", more) as process:
            yield process

    @contextmanager
    def core(self) -> Iterator[None]:
        """Housekeeping: a worker on ``core`` and beat."""
        name = ("-Q", "core", "-n", "core@core", "-c", "2")
        with self._celery("worker", *name), self._celery("beat", "-s", "beat-schedule"):
            yield


@contextmanager
def started(
    stack: Stack, command: list[str], port_variable: str, more: dict[str, str]
) -> Iterator[Process]:
    """A process with a port of its own, told by ``port_variable``; it is stopped at the end."""
    port = free_port()
    environment = {**stack.environment, port_variable: str(port), **more}
    with (stack.folder / f"{len(stack.processes)}.log").open("wb") as log:
        popen = subprocess.Popen(
            command, env=environment, cwd=stack.folder, stdout=log, stderr=subprocess.STDOUT
        )
    process = Process(popen, port)
    stack.processes.append(process)
    try:
        yield process
    finally:
        popen.send_signal(signal.SIGTERM)
        try:
            popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait(STOP_SECONDS)


@contextmanager
def installed(model: str = "base", **variables: str) -> Iterator[Stack]:
    """Servers, schema and API; workers are started by `Stack.workers`.

    Args:
        model: Whisper's.
        variables: further ones, of all processes.
    """
    folder = Path(tempfile.mkdtemp(prefix="stenofleet-bench-"))
    folder.chmod(0o755)
    try:
        with _servers(folder) as (redis, database), httpx.Client(timeout=REQUEST_SECONDS) as http:
            engine = make_engine(DatabaseSettings(database_url=database))
            upgrade(engine, timeout=10)
            environment = _environment(folder, redis.url, database, model) | variables
            stack = Stack(folder, environment, http, engine, redis)
            command = [sys.executable, "-m", "stenofleet_api"]
            with started(stack, command, "STENOFLEET_API_PORT", {}) as api:
                until(lambda: api.answers("/readyz"), "the API", READY_SECONDS)
                http.base_url = httpx.URL(f"http://127.0.0.1:{api.port}")
                yield stack
            engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, redis: str, database: str, model: str) -> dict[str, str]:
    return {
        **os.environ,
        "REDIS_URL": redis,
        "DATABASE_URL": database,
        "STENOFLEET_AUTH_MODE": "none",
        "STENOFLEET_SECRET_KEY": "a key for benchmarks, 32 letters",
        "STENOFLEET_STORAGE_URL": f"file://{folder}/recordings",
        "STENOFLEET_WHISPER_MODEL": model,
        "STENOFLEET_WHISPER_MODEL_DIR": str(MODELS),
    }


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[RedisServer, str]]:
    for name in ("redis", "postgres"):
        (folder / name).mkdir(mode=0o755)
    redis, postgres = RedisServer(folder / "redis"), PostgresServer(folder / "postgres")
    with ExitStack() as stack:
        redis.start()
        stack.callback(redis.stop)
        postgres.start()
        stack.callback(postgres.stop)
        yield redis, postgres.create("bench")
