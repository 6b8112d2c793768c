"""The API as a process of its own, as users and Kubernetes meet it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from support.servers import free_port, until

START_SECONDS = 150


@dataclass(frozen=True)
class ApiProcess:
    """A replica, and how it is reached."""

    process: "subprocess.Popen[bytes]"
    url: str


@contextmanager
def api_process(
    folder: Path,
    database: str,
    broker: str,
    *,
    variables: Mapping[str, str] | None = None,
    **settings: str,
) -> Iterator[ApiProcess]:
    """A replica over these servers, which answers; ``settings`` are ``STENOFLEET_...``."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "STENOFLEET_API_PORT": str(port),
        "STENOFLEET_AUTH_MODE": "none",
        "STENOFLEET_SECRET_KEY": "a key for tests, 32 characters..",
        "STENOFLEET_STORAGE_URL": f"file://{folder}/recordings",
        **(variables or {}),
        **{f"STENOFLEET_{name.upper()}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "stenofleet_api"]
    running = subprocess.Popen(command, env=environment, cwd=folder)
    found = ApiProcess(running, f"http://127.0.0.1:{port}")
    try:
        until(lambda: _answers(found.url), "the API", START_SECONDS)
        yield found
    finally:
        running.kill()
        running.wait(timeout=60)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez").is_success
    except httpx.TransportError:
        return False
