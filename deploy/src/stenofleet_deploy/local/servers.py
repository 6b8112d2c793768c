"""Redis and PostgreSQL for a developer: those that answer, docker compose's, else programs."""

from collections.abc import Mapping
from pathlib import Path

from stenofleet_deploy.errors import CommandError, DeployError
from stenofleet_deploy.kind import docker_answers
from stenofleet_deploy.local import ports, postgresql, redis
from stenofleet_deploy.progress import say, step
from stenofleet_deploy.shell import run

COMPOSE = ("docker", "compose")
SERVICES = ("redis", "postgresql")
COMPOSE_SECONDS = 600
HERE = ("localhost", "127.0.0.1", "::1")


def up(root: Path, settings: Mapping[str, str], data: Path) -> None:
    """Start those of the two servers that do not answer where the settings say.

    Raises:
        DeployError: One is on another machine and does not answer, or cannot be started here.
    """
    silent = [name for name in SERVICES if not answers(name, settings)]
    if not silent:
        say("==> Redis and PostgreSQL answer already")
    elif compose_answers():
        with step(f"start {' and '.join(silent)} with docker compose"):
            run(
                [*COMPOSE, "up", "--detach", "--wait", *silent],
                timeout=COMPOSE_SECONDS,
                folder=root,
            )
    else:
        for name in silent:
            with step(f"start {name} of this machine, over {data}"):
                (redis if name == "redis" else postgresql).start(settings, data)


def down(root: Path, settings: Mapping[str, str], data: Path) -> None:
    """Stop what `up` started; the data stay."""
    redis.stop(settings, data)
    postgresql.stop(data)
    if compose_answers():
        run([*COMPOSE, "stop", *SERVICES], timeout=COMPOSE_SECONDS, folder=root)


def answers(name: str, settings: Mapping[str, str]) -> bool:
    """Whether something listens where a server is expected.

    Raises:
        DeployError: Nothing does, and it is not for this machine to start it.
    """
    prefix = {"redis": "REDIS", "postgresql": "DB"}[name]
    host, port = settings[f"{prefix}_HOST"], settings[f"{prefix}_PORT"]
    if ports.answers(host, int(port)):
        return True
    if host not in HERE:
        raise DeployError(
            f"nothing answers at {host}:{port}: start {name} there, or set {prefix}_HOST in "
            ".env to localhost to have one started here"
        )
    return False


def compose_answers() -> bool:
    """Whether a Docker engine answers and its client has compose."""
    try:
        run([*COMPOSE, "version"], timeout=10)
    except CommandError:
        return False
    return docker_answers()
