"""``stenofleet test-redis-celery``, as administrators type it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from redis import Redis
from stenofleet import checks
from stenofleet.cli import main
from stenofleet.movement.keys import QUEUE
from support.movements_sent import queued
from support.servers import RedisServer
from support.writing_worker import writing_worker


@pytest.fixture
def redis(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Redis:
    """The Redis that the command tests."""
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    return Redis.from_url(redis_server.url)


@pytest.fixture
def worker(redis_server: RedisServer, database_url: str, tmp_path: Path) -> Iterator[None]:
    """A worker for all of the queues, which was heard."""
    storage = f"file://{tmp_path}/recordings"
    with writing_worker(tmp_path, redis_server, redis_server.url, database_url, storage):
        yield


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["test-redis-celery", *words])


def test_a_redis_that_serves_gets_ticks(redis: Redis) -> None:
    redis.rpush(QUEUE, b"a")

    result = typed("--test-redis")

    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line[0] for line in lines] == ["✓"] * 4
    assert "noeviction" in lines[2]
    assert "1 movements wait" in lines[3]


@pytest.mark.usefixtures("redis", "worker")
def test_with_a_worker_everything_gets_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "PING_SECONDS", 60.0)
    for words in ((), ("--test-all",)):
        result = typed(*words)

        assert result.exit_code == 0, result.output
        assert "✓ A worker does a task: 'pong'" in result.output


def test_without_a_worker_it_says_how_to_start_one(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    del redis
    monkeypatch.setattr(checks, "BATCH_SECONDS", 0.3)

    heard, batch = typed("--test-celery"), typed("--process-queue")

    assert (heard.exit_code, batch.exit_code) == (1, 1)
    assert "✗ A worker is there" in heard.output
    assert "next: start one: celery -A stenofleet_worker worker -Q logs,core" in heard.output
    assert "✗ A batch is written: no worker of logs did it" in batch.output


@pytest.mark.parametrize(("words", "count"), [((), 10), (("25",), 25)])
def test_sample_data_lies_in_the_list(redis: Redis, words: tuple[str, ...], count: int) -> None:
    result = typed("--add-sample-data", *words)

    assert result.exit_code == 0, result.output
    assert f"{count} sample movements, {count} wait now" in result.output
    assert [each.track_id for each in queued(redis)] == list(range(count))


def test_a_policy_that_loses_queues_fails_with_the_setting(redis: Redis) -> None:
    redis.config_set("maxmemory-policy", "allkeys-lru")

    result = typed("--test-redis")

    assert result.exit_code == 1
    assert "✗ Redis keeps its queues" in result.output
    assert "noeviction" in result.output


def test_a_full_redis_fails_with_what_to_do(redis: Redis) -> None:
    redis.config_set("maxmemory", 1)

    result = typed("--test-redis")

    assert result.exit_code == 1
    assert "✗ Redis takes writes: Redis has no memory left" in result.output
    assert "next: have workers empty the queues" in result.output


def test_a_wrong_password_is_told_and_never_shown(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://:open-sesame@127.0.0.1:{redis_server.port}/0")

    result = typed()

    assert result.exit_code == 1
    assert "next: check REDIS_PASSWORD" in result.output
    assert "open-sesame" not in result.output


@pytest.mark.parametrize("words", [("--test-redis",), ("--test-celery",), ("--process-queue",)])
def test_a_redis_that_is_not_there_is_told_with_its_address(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:open-sesame@127.0.0.1:1/0")

    result = typed(*words)

    assert result.exit_code == 1
    assert result.output.count("✗") == 1
    assert "next: " in result.output
    assert "open-sesame" not in result.output


def test_results_that_are_elsewhere_are_told(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    del redis
    monkeypatch.setenv("CELERY_RESULT_BACKEND", "redis://:open-sesame@127.0.0.1:1/0")

    result = typed("--process-queue")

    assert result.exit_code == 1
    assert "✗ A batch is written" in result.output
    assert "open-sesame" not in result.output


def test_the_settings_are_read_from_a_file(
    redis_server: RedisServer, env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_text(f"REDIS_URL={redis_server.url}\n")
    monkeypatch.delenv("REDIS_URL", raising=False)

    assert typed("--test-redis").exit_code == 0


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_PORT", "many")

    result = typed()

    assert result.exit_code == 1
    assert "REDIS_PORT" in result.output


@pytest.mark.parametrize("words", [("--add-sample-data", "0"), ("--everything",)])
def test_a_wrong_option_is_told(words: tuple[str, ...]) -> None:
    assert typed(*words).exit_code == 2
