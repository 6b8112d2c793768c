"""A PostgreSQL of this machine, with one database."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from stenofleet_deploy.errors import CommandError
from stenofleet_deploy.local.programs import require
from stenofleet_deploy.shell import run

START_SECONDS = 60
USER = "postgres"
"""Of Debian's package; PostgreSQL refuses to run as root."""


def start(settings: Mapping[str, str], data: Path) -> None:
    """Start it in the background, over its data, which are made the first time.

    Raises:
        DeployError: It is not installed, or does not start.
    """
    folder = data / "postgresql"
    fresh = not (folder / "data" / "PG_VERSION").exists()
    if fresh:
        make(settings, folder)
    options = f"-p {settings['DB_PORT']} -k {folder} -c listen_addresses=127.0.0.1"
    control(folder, "start", "-w", "-o", options, "-l", str(folder / "postgresql.log"))
    if fresh:
        command = [require("createdb"), "-h", "127.0.0.1", "-p", settings["DB_PORT"]]
        command += ["-U", settings["DB_USER"], settings["DB_NAME"]]
        login = {"PGPASSWORD": settings["DB_PASSWORD"]}
        run(command, timeout=START_SECONDS, environment=login)


def stop(data: Path) -> None:
    """Stop the one that was started over these data, if it runs."""
    if (data / "postgresql" / "data" / "postmaster.pid").exists():
        with suppress(CommandError):  # it was stopped by something else
            control(data / "postgresql", "stop", "-m", "fast")


def make(settings: Mapping[str, str], folder: Path) -> None:
    """Make empty data, which only the settings' user and password open."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "password"
    secret.write_text(settings["DB_PASSWORD"])
    if as_other():
        for path in (folder, secret):
            shutil.chown(path, USER, USER)
    words = ["-D", str(folder / "data"), "-U", settings["DB_USER"], "--auth=scram-sha-256"]
    words += [f"--pwfile={secret}", "-E", "UTF8", "--locale=C"]
    try:
        run([*as_other(), require("initdb"), *words], timeout=START_SECONDS, folder=folder)
    finally:
        secret.unlink()


def control(folder: Path, *words: str) -> None:
    """Run pg_ctl over the data."""
    command = [*as_other(), require("pg_ctl"), "-D", str(folder / "data"), "-s", *words]
    # shown: what it starts keeps its output, and a pipe would never end.
    run(command, timeout=START_SECONDS, folder=folder, shown=True)


def as_other() -> list[str]:
    """What a command begins with that root may not run."""
    return ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
