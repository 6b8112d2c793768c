"""Movements from the API's door to its pages, with a real worker between."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from redis import Redis
from starlette.testclient import TestClient
from stenofleet.cli import main
from stenofleet.movement.keys import QUEUE
from stenofleet.settings import ApiSettings
from support.movements_sent import ADD_ALL, LOGS, movement
from support.servers import RedisServer
from support.writing_worker import writing_worker

EVENT_ID = "019b8d4d-4d40-7c3e-8f5a-1b2c3d4e5f60"


@pytest.fixture
def broker_url(redis_server: RedisServer) -> str:
    return redis_server.url


@pytest.fixture
def worker(redis_server: RedisServer, settings: ApiSettings, tmp_path: Path) -> Iterator[None]:
    """A worker for all of the queues, which was heard."""
    with writing_worker(
        tmp_path, redis_server, settings.broker.url, settings.database, settings.storage_url
    ):
        yield


@pytest.mark.usefixtures("worker")
def test_what_is_sent_twice_is_read_once(client: TestClient) -> None:
    given = [movement(event_id=EVENT_ID), movement(track_id=5, timestamp="2026-01-05T23:59:59Z")]

    answers = [client.post(ADD_ALL, json=given) for _ in range(2)]
    done = client.post(f"{LOGS}/process/", params={"wait": 30}).json()

    assert [each.json()["accepted"] for each in answers] == [2, 2]
    assert (done["status"], done["result"]["left"]) == ("done", 0)
    told = client.get(f"{LOGS}/movements/").json()
    assert told["total"] == 3
    assert [each["event_id"] for each in told["items"]].count(EVENT_ID) == 1


@pytest.mark.usefixtures("worker")
def test_a_strangers_item_becomes_a_dead_letter_and_comes_back_when_it_fails_again(
    client: TestClient, redis_server: RedisServer
) -> None:
    redis = Redis.from_url(redis_server.url)
    redis.rpush(QUEUE, b"\xff no JSON", json.dumps({"a": 1}))
    client.post(f"{LOGS}/process/", params={"wait": 30})
    first = client.get(f"{LOGS}/dead-letters/").json()

    replayed = client.post(f"{LOGS}/dead-letters/replay/").json()
    client.post(f"{LOGS}/process/", params={"wait": 30})

    assert (first["total"], replayed["replayed"]) == (2, 2)
    assert {each["raw"] for each in first["items"]} == {r"\xff no JSON", '{"a": 1}'}
    assert client.get(f"{LOGS}/dead-letters/").json()["total"] == 2


@pytest.mark.usefixtures("worker")
def test_the_command_adds_samples_and_has_them_written(
    client: TestClient, settings: ApiSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", settings.broker.url)

    words = ["test-redis-celery", "--test-all", "--add-sample-data", "25", "--process-queue"]
    result = CliRunner().invoke(main, words)

    assert result.exit_code == 0, result.output
    assert "'written': 25" in result.output
    assert client.get(f"{LOGS}/movements/").json()["total"] == 25
