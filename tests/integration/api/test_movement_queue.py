"""The queue of movements: what waits in it, who works on it, and whether Redis keeps it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from starlette.testclient import TestClient
from stenofleet.contracts.tasks import CORE_QUEUE, LOGS_QUEUE, PING, PROCESS_MOVEMENT_LOGS
from stenofleet.db.models import DEFAULT_OWNER
from stenofleet.keys import Scope
from stenofleet.movement.keys import LEASES, PROCESSING, QUEUE
from stenofleet.settings import ApiSettings, AuthMode
from stenofleet_api.app import create_app
from stenofleet_api.movement import queue_service
from support.api import is_problem
from support.keys import bearer, new_key
from support.movements_sent import ADD, LOGS, messages, movement
from support.servers import RedisServer, until
from support.writing_worker import writing_worker

STATUS, HEALTH, TEST = f"{LOGS}/queue-status/", f"{LOGS}/health/", f"{LOGS}/test-celery/"
PROCESS, CLEAR = f"{LOGS}/process/", f"{LOGS}/clear-queue/"
GOOD = {"redis": True, "celery": True, "database": True, "overall_status": "healthy"}


@pytest.fixture
def broker_url(redis_server: RedisServer) -> str:
    return redis_server.url


@pytest.fixture
def redis(redis_server: RedisServer) -> Redis:
    return Redis.from_url(redis_server.url)


@pytest.fixture
def core_worker(redis_server: RedisServer, settings: ApiSettings, tmp_path: Path) -> Iterator[None]:
    """A worker for small tasks, which was heard."""
    where = (settings.broker.url, settings.database, settings.storage_url)
    with writing_worker(tmp_path, redis_server, *where, queues=CORE_QUEUE):
        yield


def test_what_waits_is_counted(client: TestClient, redis: Redis) -> None:
    client.post(ADD, json=movement())
    redis.rpush(f"{PROCESSING}1", "a", "b")
    redis.zadd(LEASES, {f"{PROCESSING}1": 0})

    assert client.get(STATUS).json() == {
        "queue_length": 1,
        "processing": 2,
        "tasks_waiting": 1,
        "limit": 1_000_000,
        "maxmemory_policy": "noeviction",
        "warning": None,
    }


def test_a_policy_that_may_throw_queues_away_is_told(
    client: TestClient, redis: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    redis.config_set("maxmemory-policy", "allkeys-lru")

    told, health = client.get(STATUS).json(), client.get(HEALTH).json()

    assert told["maxmemory_policy"] == "allkeys-lru"
    assert "expected noeviction" in told["warning"]
    assert health == GOOD
    assert "the broker may lose queues" in capsys.readouterr().out


def test_without_redis_the_status_is_a_problem(
    client: TestClient, redis_server: RedisServer
) -> None:
    redis_server.stop()

    for answer in (client.get(STATUS), client.post(CLEAR), client.post(PROCESS), client.get(TEST)):
        is_problem(answer, 503, "queue-away")


def test_processing_is_asked_for_and_its_task_is_told(client: TestClient, redis: Redis) -> None:
    answer = client.post(PROCESS)

    [message] = messages(redis, LOGS_QUEUE)
    assert message.task == PROCESS_MOVEMENT_LOGS
    told = {"status": "processing", "task_id": message.task_id, "result": None}
    assert (answer.status_code, answer.json()) == (202, told)


def test_waiting_for_the_batch_has_an_end(client: TestClient) -> None:
    answer = client.post(PROCESS, params={"wait": 0.3})

    assert (answer.status_code, answer.json()["status"]) == (202, "processing")


@pytest.mark.parametrize("wait", ["31", "-1", "nan", "inf"])
def test_waiting_for_long_is_refused(client: TestClient, redis: Redis, wait: str) -> None:
    is_problem(client.post(PROCESS, params={"wait": wait}), 422, "invalid-request", "query.wait")
    assert messages(redis, LOGS_QUEUE) == []


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        ({"status": "SUCCESS", "result": {"written": 3}}, ("done", {"written": 3})),
        (
            {
                "status": "FAILURE",
                "result": {
                    "exc_type": "ValueError",
                    "exc_module": "builtins",
                    "exc_message": ["no"],
                },
            },
            ("failed", "no"),
        ),
    ],
)
def test_the_batchs_end_is_told_to_who_waits(
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    ended: dict[str, Any],
    told: tuple[str, Any],
) -> None:
    app = client.app.state.context.movements.celery  # type: ignore[attr-defined]  # as in conftest
    app.backend.client.set(
        app.backend.get_key_for_task("17"), app.backend.encode({"task_id": "17", **ended})
    )
    monkeypatch.setattr(queue_service.QueueService, "process", lambda _: "17")

    answer = client.post(PROCESS, params={"wait": 5}).json()

    assert (answer["status"], answer["result"]) == told


def test_clearing_says_how_many_are_gone(client: TestClient, redis: Redis) -> None:
    redis.rpush(QUEUE, *[b"by another program"] * 2_500)
    client.post(ADD, json=movement())

    answer = client.post(CLEAR)

    assert (answer.status_code, answer.json()) == (200, {"status": "cleared", "cleared": 2_501})
    assert redis.llen(QUEUE) == 0


def test_clearing_wants_to_be_confirmed_where_the_installation_says_so(
    settings: ApiSettings, redis: Redis
) -> None:
    client = TestClient(create_app(settings.model_copy(update={"require_confirm": True})))
    redis.rpush(QUEUE, b"a")

    is_problem(client.post(CLEAR), 409, "not-confirmed", '{"confirm": true}')
    is_problem(client.post(CLEAR, json={"confirm": False}), 409, "not-confirmed")
    assert redis.llen(QUEUE) == 1
    assert client.post(CLEAR, json={"confirm": True}).json()["cleared"] == 1


def test_clearing_leaves_what_is_others(
    settings: ApiSettings, client: TestClient, redis: Redis, context: Any
) -> None:
    for _ in range(3):
        client.post(ADD, json=movement(user_id='"owner_id":"ann"'))
    redis.rpush(QUEUE, b"by another program")
    guarded = TestClient(create_app(settings.model_copy(update={"auth_mode": AuthMode.KEYS})))
    ann = bearer(new_key(context.sessions, "ann", Scope.MOVEMENT_WRITE))
    guarded.post(ADD, json=movement(), headers=ann)

    assert guarded.post(CLEAR, headers=ann).json()["cleared"] == 1

    left = redis.lrange(QUEUE, 0, -1)
    assert sum(f'"owner_id":"{DEFAULT_OWNER}"'.encode() in each for each in left) == 3
    assert len(left) == 4


def test_an_idle_system_without_workers_is_healthy(client: TestClient) -> None:
    answer = client.get(HEALTH)

    assert (answer.status_code, answer.json()) == (200, GOOD)


def test_what_waits_with_nobody_there_is_degraded(client: TestClient) -> None:
    client.post(ADD, json=movement())

    answer = client.get(HEALTH)

    told = GOOD | {"celery": False, "overall_status": "degraded"}
    assert (answer.status_code, answer.json()) == (200, told)


def test_a_redis_that_takes_nothing_publishes_no_tasks(client: TestClient, redis: Redis) -> None:
    redis.config_set("maxmemory", 1)

    told = client.get(HEALTH).json()

    assert told == GOOD | {"celery": False, "overall_status": "degraded"}


def test_without_redis_it_is_unhealthy(client: TestClient, redis_server: RedisServer) -> None:
    redis_server.stop()

    answer = client.get(HEALTH)

    told = {"redis": False, "celery": False, "database": True, "overall_status": "unhealthy"}
    assert (answer.status_code, answer.json()) == (503, told)


def test_without_the_database_it_is_unhealthy(settings: ApiSettings) -> None:
    away = settings.model_copy(update={"database_url": None, "db_host": "127.0.0.1", "db_port": 1})
    answer = TestClient(create_app(away)).get(HEALTH)

    told = GOOD | {"database": False, "overall_status": "unhealthy"}
    assert (answer.status_code, answer.json()) == (503, told)


@pytest.mark.usefixtures("core_worker")
def test_a_worker_that_is_heard_makes_what_waits_healthy_and_answers(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_service, "PING_SECONDS", 60.0)
    client.post(ADD, json=movement())

    until(lambda: client.get(HEALTH).json() == GOOD, "the worker to be heard")
    told = client.get(TEST).json()
    assert (told["status"], told["result"]) == ("done", "pong")


def test_without_a_worker_the_test_tells_after_seconds(
    client: TestClient, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_service, "PING_SECONDS", 0.3)

    is_problem(client.get(TEST), 503, "no-answer-of-workers", "`core`")
    assert [each.task for each in messages(redis, CORE_QUEUE)] == [PING]
