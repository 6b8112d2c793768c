"""``stenofleet doctor``: each fault that it claims to find is present once, in real servers."""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from click.testing import CliRunner, Result
from redis import Redis
from stenofleet.celery_app import make_app
from stenofleet.cli import main
from stenofleet.settings import RedisSettings
from support.servers import PostgresServer, RedisServer, until
from support.writing_worker import writing_worker

SKEW = Path(__file__).parents[2] / "support/skew"
TITLES = [
    "Redis answers",
    "Redis takes writes",
    "Redis keeps its queues",
    "The list of movements can be read",
    "This machine's clock agrees with Redis'",
    "Workers answer",
    "Every queue with tasks has a worker",
    "Tasks end before Redis delivers them again",
    "The workers' clocks agree with Redis'",
    "The database answers",
    "The database's clock agrees with Redis'",
    "Google's credentials can be read",
]

Starts = Callable[..., None]


@pytest.fixture
def redis(redis_server: RedisServer, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Redis:
    """The broker of the installation that is looked at."""
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    return Redis.from_url(redis_server.url)


@pytest.fixture
def worker(
    redis: Redis, redis_server: RedisServer, database_url: str, tmp_path: Path
) -> Iterator[Starts]:
    """Starts a worker of the real app, which was heard."""
    del redis
    storage = f"file://{tmp_path}/recordings"
    with ExitStack() as running:

        def start(queues: str = "logs,core") -> None:
            url = redis_server.url
            place: AbstractContextManager[None] = writing_worker(
                tmp_path, redis_server, url, database_url, storage, queues=queues
            )
            running.enter_context(place)

        yield start


@pytest.fixture
def app(redis_server: RedisServer) -> Iterator[Celery]:
    app = make_app(RedisSettings(redis_url=redis_server.url))
    yield app
    app.close()


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *words])


def found() -> dict[str, dict[str, Any]]:
    """Each step that went wrong, by its title."""
    result = typed("--json")
    told = json.loads(result.stdout)
    wrong = {each["title"]: each for each in told["steps"] if each["state"] == "failed"}
    assert told["ok"] == (result.exit_code == 0)
    assert result.exit_code == (1 if wrong else 0)
    return wrong


def only(title: str) -> dict[str, Any]:
    """The one thing that is wrong, once workers that are busy have answered as well."""
    wrong: dict[str, dict[str, Any]] = {}

    def alone() -> bool:
        wrong.clear()
        wrong.update(found())
        return list(wrong) == [title]

    with suppress(TimeoutError):
        until(alone, title, 60)
    assert list(wrong) == [title], wrong
    return wrong[title]


def test_a_healthy_installation_is_clean_until_tasks_wait_that_nobody_takes(
    worker: Starts, app: Celery
) -> None:
    worker()
    # A worker that is busy may answer too late for the first look.
    until(lambda: not found(), "all to be well", 60)

    result = typed()

    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [f"✓ {title}" for title in TITLES]

    app.send_task("stenofleet.transcribe_audio", ["a", "b", "en", "c"])
    told = only("Every queue with tasks has a worker")

    assert told["cause"] == "1 tasks wait in transcription, and no worker consumes it"
    assert "start one with -Q transcription" in told["next"]


def test_a_broker_that_is_away_is_told_once(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    del redis
    monkeypatch.setenv("REDIS_URL", "redis://:open-sesame@127.0.0.1:1/0")

    told, text = only("Redis answers"), typed().output

    assert "127.0.0.1:1, database 0" in told["cause"]
    assert "check that Redis runs there" in told["next"]
    assert "- Workers answer: not tried, for it needs: Redis answers" in text
    assert "✓ The database answers" in text
    assert "open-sesame" not in text


def test_a_wrong_password_is_told_and_not_shown(
    redis: Redis, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    del redis
    monkeypatch.setenv("REDIS_URL", f"redis://:open-sesame@127.0.0.1:{redis_server.port}/0")

    told = only("Redis answers")

    assert "check REDIS_PASSWORD" in told["next"]
    assert "open-sesame" not in str(told)


def test_no_worker_is_told_with_the_command_that_starts_one(redis: Redis) -> None:
    del redis
    told = only("Workers answer")

    assert told["cause"] == "no worker is connected to this Redis"
    assert "celery -A stenofleet_worker worker -Q transcription,logs,core" in told["next"]


def test_housekeeping_that_nobody_does_is_told(worker: Starts) -> None:
    worker("logs")

    assert "no worker consumes core" in only("Every queue with tasks has a worker")["cause"]


@pytest.mark.parametrize("value", ["not base64!", base64.b64encode(b"not JSON").decode(), "{}"])
def test_credentials_that_are_neither_json_nor_base64_are_told_and_not_shown(
    redis: Redis, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    del redis
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS_JSON", value)

    told = found()["Google's credentials can be read"]

    assert "GOOGLE_APPLICATION_CREDENTIALS_JSON" in told["cause"]
    assert "`base64 -w0 key.json`" in told["next"]
    assert value not in told["cause"]


def test_an_eviction_policy_that_loses_queues_is_told(redis: Redis) -> None:
    redis.config_set("maxmemory-policy", "allkeys-lru")

    told = found()["Redis keeps its queues"]

    assert "allkeys-lru" in told["cause"]
    assert "noeviction" in told["next"]


def test_a_visibility_timeout_below_the_run_time_is_told(
    redis: Redis, redis_server: RedisServer, tmp_path: Path
) -> None:
    """A worker that was started with another timeout than ours gives back everybody's tasks."""
    (tmp_path / "hasty.py").write_text(
        "import time\n"
        "from echo_app import app\n"
        "app.conf.broker_transport_options['visibility_timeout'] = 3\n"
        "@app.task(name='stenofleet.ping')\n"
        "def long():\n"
        "    time.sleep(300)\n"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": f"{tmp_path}:{SKEW.parent}",
        "REDIS_URL": redis_server.url,
    }
    command = ["-m", "celery", "-A", "hasty", "worker", "-Q", "core", "-c", "1", "-P", "threads"]
    running = subprocess.Popen([sys.executable, *command], env=environment, cwd=tmp_path)
    try:
        make_app(RedisSettings(redis_url=redis_server.url)).send_task("stenofleet.ping")
        title = "Tasks end before Redis delivers them again"
        until(lambda: redis.hlen("unacked") > 0, "a task that runs")
        until(lambda: title in found(), "a task that runs for long")
        told = only(title)
    finally:
        running.kill()
        running.wait(timeout=20)

    assert "and after 3 s Redis delivers it again" in told["cause"]
    assert "STENOFLEET_VISIBILITY_TIMEOUT" in told["next"]


def test_a_worker_whose_clock_is_wrong_is_named(
    worker: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(SKEW))
    monkeypatch.setenv("SKEW_SECONDS", "-600")
    worker()

    told = only("The workers' clocks agree with Redis'")

    assert "@" in told["cause"]
    assert re.search(r"clock is (59\d|60\d) s behind Redis'", told["cause"])
    assert "NTP" in told["next"]


def test_a_wrong_clock_here_is_told_from_one_of_the_database(
    redis: Redis, postgres_server: PostgresServer
) -> None:
    del redis
    here = subprocess.run(
        [Path(sys.executable).parent / "stenofleet", "doctor"],
        env={**os.environ, "PYTHONPATH": str(SKEW), "SKEW_SECONDS": "90"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    name = os.environ["DATABASE_URL"].rpartition("/")[2]
    ahead = "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
    body = "$$SELECT pg_catalog.clock_timestamp() + interval '70 s'$$"
    postgres_server.execute(ahead + body, name)
    postgres_server.execute(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog')

    ahead_here = (
        r"✗ This machine's clock agrees with Redis': this machine's clock is [89]\d s ahead"
    )
    assert re.search(ahead_here, here.stdout)
    assert "✓ The database's clock agrees with Redis'" in here.stdout
    told = found()["The database's clock agrees with Redis'"]
    assert re.search(r"the database's clock is [67]\d s ahead of Redis'", told["cause"])


def test_missing_migrations_are_told_with_the_command(
    redis: Redis, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    del redis
    monkeypatch.setenv("DATABASE_URL", postgres_server.create("unmigrated"))
    told = found()["The database answers"]
    postgres_server.drop("unmigrated")

    assert "the schema is not at revision" in told["cause"]
    assert "`stenofleet db upgrade`" in told["next"]


def test_a_wrong_setting_of_the_database_keeps_nothing_else_from_being_looked_at(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    del redis
    monkeypatch.setenv("DATABASE_URL", "mysql://x")

    wrong = found()

    assert "DATABASE_URL" in wrong["The database answers"]["cause"]
    assert "Workers answer" in wrong


def test_wrong_use_is_told() -> None:
    assert typed("--quick").exit_code == 2
