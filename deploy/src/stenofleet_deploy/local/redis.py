"""A Redis of this machine: password, append-only file, no eviction, as docker compose's."""

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from stenofleet_deploy.errors import CommandError, DeployError
from stenofleet_deploy.local.programs import require
from stenofleet_deploy.shell import run

START_SECONDS = 30
POLL_SECONDS = 0.1


def start(settings: Mapping[str, str], data: Path) -> None:
    """Start it in the background, over its data.

    Raises:
        DeployError: It is not installed, or does not start.
    """
    folder = data / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    run([require("redis-server"), "-"], timeout=START_SECONDS, text=configuration(settings, folder))
    # It answers a moment later, after it has read its file.
    deadline = time.monotonic() + START_SECONDS
    while error := silence(settings):
        if time.monotonic() > deadline:
            raise DeployError(f"redis does not answer; see {folder}/redis.log\n{error}")
        time.sleep(POLL_SECONDS)


def stop(settings: Mapping[str, str], data: Path) -> None:
    """Stop the one that was started over these data, if it runs."""
    if (data / "redis" / "redis.pid").exists():
        with suppress(CommandError):  # it was stopped by something else
            command = cli(settings, "shutdown")
            run(command, timeout=START_SECONDS, environment=login(settings))


def silence(settings: Mapping[str, str]) -> str:
    """Why it does not answer; empty once it does."""
    try:
        run(cli(settings, "-e", "ping"), timeout=START_SECONDS, environment=login(settings))
    except CommandError as error:
        return str(error)
    return ""


def configuration(settings: Mapping[str, str], folder: Path) -> str:
    """What it reads from its standard input, so that no password is on a command line."""
    return "\n".join(
        (
            "bind 127.0.0.1",
            f"port {settings['REDIS_PORT']}",
            f'requirepass "{settings["REDIS_PASSWORD"]}"',
            "appendonly yes",
            "maxmemory-policy noeviction",
            "daemonize yes",
            f'dir "{folder}"',
            f'pidfile "{folder}/redis.pid"',
            f'logfile "{folder}/redis.log"',
            "",
        )
    )


def cli(settings: Mapping[str, str], *words: str) -> list[str]:
    """A command of its client."""
    return ["redis-cli", "-h", "127.0.0.1", "-p", settings["REDIS_PORT"], *words]


def login(settings: Mapping[str, str]) -> dict[str, str]:
    """The variable by which its client knows the password."""
    return {"REDISCLI_AUTH": settings["REDIS_PASSWORD"]}
