"""A worker of movements as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from stenofleet.broker import BrokerKeys
from stenofleet.broker.heartbeats import is_heard
from stenofleet.contracts.tasks import CORE_QUEUE, LOGS_QUEUE
from support.servers import RedisServer, free_port, until


@contextmanager
def writing_worker(
    folder: Path,
    server: RedisServer,
    broker: str,
    database: str,
    storage: str,
    *,
    queues: str = f"{LOGS_QUEUE},{CORE_QUEUE}",
    app: str = "stenofleet_worker",
) -> Iterator[None]:
    """A worker for ``queues``, which was heard; it reaches Redis at the URL ``broker``."""
    environment = {
        **os.environ,
        "REDIS_URL": broker,
        "DATABASE_URL": database,
        "STENOFLEET_STORAGE_URL": storage,
        "STENOFLEET_HEALTH_PORT": str(free_port()),
    }
    words = ("-m", "celery", "-A", app, "worker", "-Q", queues, "-c", "1")
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *words], env=environment, cwd=folder, stdout=log, stderr=log
        )
    redis = Redis.from_url(server.url)
    try:
        until(lambda: is_heard(redis, BrokerKeys(), 1), "a heartbeat", 150)
        yield
    finally:
        process.terminate()
        process.wait(timeout=120)
