"""Giving one delivery back: like kombu, once, and only if nothing has changed."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from celery import Celery
from kombu import Exchange, Queue
from stenofleet_autoscaler.guards.giveback import GivenBack, give_back
from support.celery_shop import PREFIX, Operator, Shop, as_operator
from support.crew import Held, deliveries
from support.servers import RedisServer

pytestmark = pytest.mark.usefixtures("patient")

INDEX, HASH = f"{PREFIX}unacked_index", f"{PREFIX}unacked"

BY_EXCHANGE = {"exchange": "office", "routing_key": "weekly"}
"""By a queue's name alone Celery sends through the nameless exchange."""


class Taker:
    """Takes messages as a worker does, and acknowledges none."""

    def __init__(self, app: Celery) -> None:
        self._connection = app.connection_for_read()
        self._queues = {queue.name: queue for queue in app.conf.task_queues}
        self._channel = cast("Any", self._connection.default_channel)
        self._channel.qos.restore_at_shutdown = False

    def take(self, queue: str) -> Any:
        """The next message of the queue."""
        message = self._queues[queue](self._channel).get()
        assert message is not None
        return message

    def close(self) -> None:
        """Goes away as one that dies: what it took stays taken."""
        self._channel.qos._delivered.clear()
        self._connection.close()


@pytest.fixture
def taker(shop: Shop) -> Iterator[Taker]:
    taker = Taker(shop.app)
    yield taker
    taker.close()


def seen(shop: Shop) -> list[Held]:
    return as_operator(shop, deliveries)


def give(shop: Shop, orphans: list[Held]) -> GivenBack:
    async def run(operator: Operator) -> GivenBack:
        return await give_back(operator.broker.client, operator.keys, orphans)

    return as_operator(shop, run)


def everything(redis_server: RedisServer) -> dict[str, Any]:
    """All that Redis holds, by key."""
    client: Any = redis_server.client()
    read: dict[str, Callable[[str], Any]] = {
        "list": lambda key: client.lrange(key, 0, -1),
        "hash": client.hgetall,
        "set": client.smembers,
        "zset": lambda key: client.zrange(key, 0, -1, withscores=True),
    }
    return {key: read[client.type(key)](key) for key in sorted(client.keys("*"))}


def listed(redis_server: RedisServer, name: str) -> list[dict[str, Any]]:
    return [json.loads(raw) for raw in redis_server.client().lrange(f"{PREFIX}{name}", 0, -1)]


STEPS = {0: "", 2: "", 4: "\x06\x163", 6: "\x06\x166", 9: "\x06\x169"}
"""What kombu adds to a queue's name for a priority."""


@pytest.mark.parametrize("priority", STEPS)
@pytest.mark.parametrize("queue", ["mail", "reports"])
def test_what_it_leaves_is_what_kombu_itself_leaves(
    shop: Shop, redis_server: RedisServer, taker: Taker, queue: str, priority: int
) -> None:
    route = BY_EXCHANGE if queue == "reports" else {}
    headers = {"notes": [], "more": {}, "name": "Zoë"}
    shop.send(queue=queue, priority=priority, headers=headers, **route)
    before = everything(redis_server)
    message = taker.take(queue)
    orphans = seen(shop)
    assert give(shop, orphans) == GivenBack({queue: 1})
    ours = everything(redis_server)
    again = taker.take(queue)
    assert again.delivery_tag == message.delivery_tag
    taker._channel.qos.restore_by_tag(again.delivery_tag)
    assert everything(redis_server) == ours
    name = queue + STEPS[priority]
    (restored,) = listed(redis_server, name)
    (sent,) = (json.loads(raw) for raw in before[PREFIX + name])
    assert restored["body"] == sent["body"]
    assert restored["headers"] == sent["headers"] | {"redelivered": True}
    assert restored["properties"]["delivery_info"]["redelivered"] is True


def test_a_tag_that_was_acknowledged_meanwhile_changes_nothing(
    shop: Shop, redis_server: RedisServer, taker: Taker
) -> None:
    shop.send()
    message = taker.take("mail")
    orphans = seen(shop)
    message.ack()
    before = everything(redis_server)
    assert give(shop, orphans) == GivenBack({}, left=1)
    assert everything(redis_server) == before


def test_a_message_that_was_delivered_anew_belongs_to_its_new_worker(
    shop: Shop, redis_server: RedisServer, taker: Taker
) -> None:
    """Its tag is the same; only the time of its delivery tells the two apart."""
    shop.send()
    first = taker.take("mail")
    orphans = seen(shop)
    first.requeue()
    taker.take("mail")
    before = everything(redis_server)
    assert give(shop, orphans) == GivenBack({}, left=1)
    assert everything(redis_server) == before


def test_giving_back_twice_gives_back_once(
    shop: Shop, redis_server: RedisServer, taker: Taker
) -> None:
    shop.send()
    taker.take("mail")
    orphans = seen(shop)
    assert give(shop, orphans).count == 1
    assert give(shop, orphans).count == 0
    assert len(listed(redis_server, "mail")) == 1


def test_the_oldest_is_delivered_next(shop: Shop, taker: Taker) -> None:
    for name in ("first", "second", "third"):
        shop.send(name)
    taken = [taker.take("mail").headers["id"] for _ in range(3)]
    shop.send("later")
    assert give(shop, seen(shop)).note.endswith("3 to queue mail")
    assert [taker.take("mail").headers["id"] for _ in range(3)] == taken


def test_a_message_of_several_queues_is_left_alone(
    shop: Shop, redis_server: RedisServer, taker: Taker
) -> None:
    """kombu gives such copies one tag: giving back would multiply them."""
    app = shop.app
    with app.connection_for_write() as connection:
        Queue("copies", Exchange("office"), routing_key="weekly")(connection).declare()
    shop.send(queue="reports", **BY_EXCHANGE)
    taker.take("reports")
    (held,) = seen(shop)
    assert set(held.queues) == {"copies", "reports"}
    before = everything(redis_server)
    assert give(shop, [held]).left == 1
    assert everything(redis_server) == before


def test_garbage_is_left_alone(shop: Shop, redis_server: RedisServer) -> None:
    client = redis_server.client()
    client.zadd(INDEX, {"odd": 5.0})
    client.hset(HASH, "odd", "no message")
    before = everything(redis_server)
    assert give(shop, [Held("odd", ("mail",), 5.0, None)]) == GivenBack({}, left=1)
    assert everything(redis_server) == before


def test_a_broker_full_of_other_peoples_work_is_no_hindrance(
    shop: Shop, redis_server: RedisServer, taker: Taker
) -> None:
    """Others change `unacked` all the time; a transaction that they break is tried again."""
    shop.send()
    taker.take("mail")
    orphans = seen(shop)
    client = redis_server.client()

    async def run(operator: Operator) -> GivenBack:
        done = asyncio.Event()

        async def others() -> None:
            while not done.is_set():
                await asyncio.to_thread(client.hset, HASH, "other", "x")
                await asyncio.sleep(0.005)

        busy = asyncio.create_task(others())
        try:
            for _ in range(20):
                result = await give_back(operator.broker.client, operator.keys, orphans)
                if result.count:
                    return result
            return result
        finally:
            done.set()
            await busy

    assert as_operator(shop, run).count == 1
    assert len(listed(redis_server, "mail")) == 1
