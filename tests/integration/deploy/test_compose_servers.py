"""The Redis of docker-compose.yaml, by its very command and health check, as processes of here."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml
from support.checkouts import ROOT
from support.servers import free_port, until

SERVICE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"][
    "redis"
]
PASSWORD = "quite-a-password"


class Composed:
    """What an engine would run: its port and folder are the only changes."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        *words, script = SERVICE["command"]
        # $$ is a dollar of the container's own.
        script = script.replace("$$", "$").replace("/data", str(folder))
        script = script.replace("redis-server -", f"redis-server - --port {self.port}", 1)
        environment = {**os.environ, "REDISCLI_AUTH": PASSWORD}
        self.process = subprocess.Popen(
            [*words, script], env=environment, stdout=subprocess.DEVNULL
        )

    def client(self) -> "redis.Redis":
        return redis.Redis(port=self.port, password=PASSWORD, decode_responses=True)

    def health(self, password: str) -> int:
        """The exit code of the health check, for which only 0 is healthy."""
        kind, *command = SERVICE["healthcheck"]["test"]
        assert kind == "CMD"
        environment = {**os.environ, "REDISCLI_AUTH": password}
        # redis-cli asks the port of a container; here it is another one.
        command = [command[0], "-p", str(self.port), *command[1:]]
        return subprocess.run(command, env=environment, timeout=60, check=False).returncode


@pytest.fixture
def composed(tmp_path: Path) -> Iterator[Composed]:
    found = Composed(tmp_path)
    try:
        until(lambda: found.health(PASSWORD) == 0, "the health check")
        yield found
    finally:
        found.process.terminate()
        found.process.wait(60)


def test_the_health_check_fails_on_a_wrong_password_and_writes_nothing(composed: Composed) -> None:
    assert composed.health("wrong") != 0
    assert composed.health("") != 0
    assert composed.health(PASSWORD) == 0
    assert composed.client().dbsize() == 0


def test_it_ends_when_it_is_asked_to_and_then_the_health_check_fails(composed: Composed) -> None:
    composed.process.terminate()
    composed.process.wait(60)
    assert composed.health(PASSWORD) != 0


def test_it_keeps_what_it_was_given_and_drops_no_queue(composed: Composed) -> None:
    told = composed.client().config_get("append*", "maxmemory-policy", "requirepass")
    assert told["appendonly"] == "yes"
    assert told["maxmemory-policy"] == "noeviction"
    assert told["requirepass"] == PASSWORD


def test_the_password_is_on_no_command_line(composed: Composed) -> None:
    lines = Path("/proc").glob("[0-9]*/cmdline")
    ours = [line for path in lines if str(composed.port).encode() in (line := seen(path))]
    assert ours
    assert not any(PASSWORD.encode() in line for line in ours)


def seen(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # the process has just ended
        return b""
