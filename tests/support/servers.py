"""Throw-away servers for tests: a real Redis and a real PostgreSQL, each on a free port."""

import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psycopg2
import redis

START_SECONDS = 120.0
"""Many times what a machine at rest takes: a busy one may stand still for a while."""
STOP_SECONDS, ANSWER_SECONDS = 60, 60

FIRST_PORT, BLOCK, BLOCKS = 20_000, 1_000, 10
"""Below the ports that Linux gives to connections, from 32768 on, and Kubernetes to nodes."""

Server = TypeVar("Server", "RedisServer", "PostgresServer")


def _own_ports() -> Iterator[int]:
    """The ports of this process's block, again and again, from a place where no other run began."""
    block = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % BLOCKS
    start = random.randrange(BLOCK)  # noqa: S311 - no secret
    return (FIRST_PORT + block * BLOCK + (start + n) % BLOCK for n in itertools.count())


_ports = _own_ports()


def free_port() -> int:
    """A TCP port that nobody listens on, and that nobody else is given for a long while.

    A program may take seconds until it listens: of the kernel's choice, which is at random, another
    process of the tests may be given the same port meanwhile.
    """
    for port in itertools.islice(_ports, BLOCK):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("none of this process's ports is free")


def until(ready: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Returns once ``ready()`` is true, and fails with ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)


@dataclass
class RedisServer:
    """A redis-server that can be stopped and started again over the same append-only file."""

    folder: Path
    password: str = "pass word/1"
    port: int = field(default_factory=free_port)
    address: str = "127.0.0.1"
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its URL, database 0."""
        return f"redis://:pass%20word%2F1@{self.address}:{self.port}/0"

    def client(self) -> "redis.Redis":
        """A client that answers with text."""
        return redis.Redis.from_url(self.url, decode_responses=True, socket_timeout=ANSWER_SECONDS)

    def start(self) -> None:
        """Starts it and returns when it answers."""
        self._process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self.port), "--bind", self.address),
                *("--dir", str(self.folder), "--requirepass", self.password),
                *("--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"),
            ],
            stdout=subprocess.DEVNULL,
        )
        until(self._answers, f"redis on port {self.port}")

    def stop(self) -> None:
        """Stops it; what it held is on its disk."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            self._process.wait(timeout=STOP_SECONDS)
            self._process = None

    def silence(self) -> None:
        """It takes connections and says nothing from now on, like one behind a cut network."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def speak(self) -> None:
        """Goes on after a silence."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """The server, which is started and stopped again."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


@dataclass
class PostgresServer:
    """A PostgreSQL cluster of its own, run as the user ``postgres`` when the tests run as root."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """The URL of one of its databases."""
        return f"postgresql://stenofleet:secret@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Starts it, on fresh data the first time, and returns when it answers."""
        data = self.folder / "data"
        if not data.exists():
            self._init(data)
        self._process = subprocess.Popen(
            [
                *(_binary("postgres"), "-D", str(data), "-p", str(self.port)),
                *("-k", str(self.folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"),
                # Logs that nobody reads, but a failed start.
                *("-c", "log_min_messages=fatal"),
            ],
            user=_user(),
            group=_user(),
            cwd="/",
        )
        until(self._answers, f"postgres on port {self.port}")

    def stop(self) -> None:
        """Stops it, and breaks the connections that are open."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=STOP_SECONDS)
            self._process = None

    def create(self, database: str, template: str = "template1") -> str:
        """Makes a copy of another database, else an empty one, and returns its URL."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Removes a database, with those who are connected to it."""
        self.execute(f'DROP DATABASE "{database}" WITH (FORCE)')

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Has one of its databases do something outside of any transaction."""
        connection = psycopg2.connect(self.url(database), connect_timeout=ANSWER_SECONDS)
        connection.autocommit = True
        try:
            connection.cursor().execute(statement)
        finally:
            connection.close()

    def _init(self, data: Path) -> None:
        secret = self.folder / "password"
        secret.write_text("secret")
        if os.geteuid() == 0:
            for path in (self.folder, secret):
                shutil.chown(path, "postgres", "postgres")
        subprocess.run(
            [
                *(_binary("initdb"), "-D", str(data), "-U", "stenofleet", "--auth=scram-sha-256"),
                *(f"--pwfile={secret}", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=60,
            user=_user(),
            group=_user(),
            cwd="/",
        )

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url(), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True


def _binary(name: str) -> str:
    found = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))]
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise FileNotFoundError(f"{name} is not installed: run `make tools`")
    return path


def _user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None
