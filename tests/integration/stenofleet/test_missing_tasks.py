"""Which tasks a real broker still has."""

from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from stenofleet.broker import BrokerKeys, missing_task_ids
from support.celery_shop import PREFIX, Shop
from support.servers import RedisServer, until

KEYS = BrokerKeys(PREFIX)
QUEUES = ("mail", "reports")


@pytest.fixture
def shop(redis_server: RedisServer, tmp_path: Path) -> Shop:
    return Shop(redis_server.url, tmp_path)


def missing(server: RedisServer, *task_ids: str) -> set[str]:
    return missing_task_ids(server.client(), KEYS, QUEUES, task_ids)


def test_a_queued_task_is_not_missing_whatever_its_priority(
    shop: Shop, redis_server: RedisServer
) -> None:
    for number in range(10):
        shop.send(task_id=f"task-{number}", priority=number)
    wanted = [f"task-{number}" for number in range(11)]
    assert missing(redis_server, *wanted) == {"task-10"}


def test_a_task_deep_in_a_long_queue_is_found(shop: Shop, redis_server: RedisServer) -> None:
    shop.send(task_id="first")
    redis_server.client().lpush(f"{PREFIX}mail", *["garbage"] * 1000)
    shop.send(task_id="last")
    assert missing(redis_server, "first", "last", "never") == {"never"}


def test_a_task_that_a_worker_holds_is_not_missing(shop: Shop, redis_server: RedisServer) -> None:
    try:
        shop.start_worker()
        gate = shop.send(task_id="held")
        client = redis_server.client()
        until(lambda: client.hlen(KEYS.unacked) == 1, "the task to be delivered")
        assert missing(redis_server, "held") == set()
        gate.touch()
        until(lambda: client.hlen(KEYS.unacked) == 0, "the task to be acknowledged")
        assert missing(redis_server, "held") == {"held"}
    finally:
        shop.stop()


def test_a_flushed_broker_has_lost_everything(shop: Shop, redis_server: RedisServer) -> None:
    shop.send(task_id="lost")
    redis_server.client().flushall()
    assert missing(redis_server, "lost") == {"lost"}


def test_a_broker_that_does_not_answer_has_lost_nothing_for_certain(
    redis_server: RedisServer,
) -> None:
    redis_server.stop()
    with pytest.raises(RedisConnectionError):
        missing(redis_server, "unknown")
