"""Movements go their whole way with the rights that the chart's Redis gives to each service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from stenofleet.contracts.tasks import KICK_MOVEMENT_LOGS
from stenofleet.movement.keys import LEASES, PROCESSING, QUEUE
from stenofleet.settings import ApiSettings
from support.movements_sent import ADD, ADD_ALL, LOGS, movement
from support.redis_users import Broker
from support.servers import RedisServer, until
from support.writing_worker import writing_worker


@pytest.fixture
def broker(redis_server: RedisServer) -> Broker:
    return Broker(redis_server).add_users()


@pytest.fixture
def broker_url(broker: Broker) -> str:
    return broker.url("api")


@pytest.fixture
def worker(broker: Broker, settings: ApiSettings, tmp_path: Path) -> Iterator[None]:
    with writing_worker(
        tmp_path, broker.server, broker.url("worker"), settings.database, settings.storage_url
    ):
        yield


@pytest.mark.usefixtures("worker")
def test_movements_are_taken_written_and_asked_for(client: TestClient, broker: Broker) -> None:
    client.post(ADD, json=movement())
    client.post(ADD_ALL, json=[movement(track_id=5)])
    until(lambda: processed(client).get("left") == 0, "the batch")

    until(lambda: client.get(f"{LOGS}/movements/").json()["total"] == 2, "both to be written")
    until(lambda: client.get(f"{LOGS}/test-celery/").status_code == 200, "the worker's answer")
    assert client.get(f"{LOGS}/queue-status/").json()["queue_length"] == 0
    health = f"{LOGS}/health/"
    until(lambda: client.get(health).json()["overall_status"] == "healthy", "the worker's health")
    assert client.post(f"{LOGS}/clear-queue/", json={"confirm": True}).status_code == 200
    assert broker.refused() == []


def processed(client: TestClient) -> dict[str, int]:
    """What came of a batch; nothing while it is not done."""
    done = client.post(f"{LOGS}/process/", params={"wait": 30}).json()
    return done["result"] or {}


@pytest.mark.usefixtures("worker")
def test_what_a_lost_worker_held_is_given_back_and_written(
    client: TestClient, broker: Broker
) -> None:
    client.post(ADD, json=movement())
    redis = broker.server.client()
    until(lambda: client.get(f"{LOGS}/movements/").json()["total"] == 1, "the first one")
    redis.rpush(f"{PROCESSING}dead", "garbage")
    redis.zadd(LEASES, {f"{PROCESSING}dead": 1})
    broker.app("beat").send_task(KICK_MOVEMENT_LOGS, queue="core", ignore_result=True)

    until(lambda: client.get(f"{LOGS}/dead-letters/").json()["total"] == 1, "a dead letter")
    # The lease goes after what was under it is written.
    until(lambda: not redis.exists(QUEUE, LEASES), "the lease to be given up")
    assert broker.refused() == []
