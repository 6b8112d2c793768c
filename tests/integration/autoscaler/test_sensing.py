"""What the operator sees of a real Redis that a real Celery uses."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from stenofleet.broker import BrokerKeys
from stenofleet_autoscaler.model import Work
from stenofleet_autoscaler.learn import Durations
from stenofleet_autoscaler.sense.broker import Broker
from stenofleet_autoscaler.sense.connection import Address
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import Asked
from stenofleet_autoscaler.spec import Demand, ListSpec
from stenofleet_autoscaler.work import work_of
from support.celery_shop import PREFIX, Operator, Shop, as_operator, eventually
from support.servers import RedisServer

MAIL = Demand(queues=("mail",))
REPORTS = Demand(queues=("reports",))


async def read(broker: Broker, demand: Demand) -> Work:
    """What a pool that knows nothing of its tasks yet is told of its work."""
    keys = BrokerKeys(PREFIX)
    lists = tuple(each.key for each in demand.lists)
    readings = await broker.read({keys: Asked(demand.queues, lists)})
    return work_of(demand, readings[keys], {}, Durations())


def work(shop: Shop, demand: Demand) -> Work:
    return as_operator(shop, lambda operator: read(operator.broker, demand))


def trouble(url: str, demand: Demand = MAIL) -> Unseen:
    """What the operator says of a broker that it cannot read."""

    async def ask() -> None:
        broker = Broker(Address(url))
        try:
            await read(broker, demand)
        finally:
            await broker.close()

    with pytest.raises(Unseen) as caught:
        asyncio.run(ask())
    return caught.value


def test_depth_is_the_sum_over_all_priorities_under_the_prefix(shop: Shop) -> None:
    for priority in (0, 2, 3, 6, 9):
        shop.send(priority=priority)
    assert work(shop, MAIL).queued == 5


def test_an_empty_queue_has_no_work(shop: Shop) -> None:
    assert work(shop, MAIL) == Work(queued=0, delivered=0)


def test_a_task_for_later_is_scheduled_and_not_queued(shop: Shop) -> None:
    shop.send(eta=datetime.now(UTC) + timedelta(hours=1))
    shop.send(eta=datetime.now(UTC) - timedelta(hours=1))
    seen = work(shop, MAIL)
    assert (seen.queued, seen.scheduled) == (1, 1)


def test_the_oldest_wait_counts_from_the_publishers_header(shop: Shop) -> None:
    now = datetime.now(UTC).timestamp()
    shop.send(headers={"sf_enqueued_at": int((now - 90) * 1000)})
    shop.send(headers={"sf_enqueued_at": int((now - 20) * 1000)})
    waited = work(shop, MAIL).oldest_wait
    assert waited is not None
    assert 90 <= waited < 120


def test_plain_lists_are_counted_by_their_full_key(shop: Shop, redis_server: RedisServer) -> None:
    redis_server.client().rpush("movement_logs", *range(250))
    demand = Demand(queues=("mail",), lists=(ListSpec(key="movement_logs", items_per_task=100),))
    assert work(shop, demand).items == ((250, 100),)


def test_delivered_tasks_are_told_apart_by_their_queue(shop: Shop) -> None:
    """`reports` is bound to another exchange by another routing key."""
    shop.start_worker("-P", "threads", "-c", "2")
    shop.send()
    for _ in range(2):
        shop.send(queue=None, exchange="office", routing_key="weekly")

    async def scenario(operator: Operator) -> tuple[Work, Work]:
        async def all_taken() -> bool:
            mail, reports = await both()
            return mail.delivered + reports.delivered == 2 and mail.queued + reports.queued == 1

        async def both() -> tuple[Work, Work]:
            return await read(operator.broker, MAIL), await read(operator.broker, REPORTS)

        await eventually(all_taken, "two tasks to be delivered")
        return await both()

    mail, reports = as_operator(shop, scenario)
    assert mail.delivered + mail.queued == 1
    assert reports.delivered + reports.queued == 2


def test_work_of_a_killed_worker_is_still_seen(shop: Shop) -> None:
    shop.start_worker()
    gate = shop.send()

    async def taken(operator: Operator) -> None:
        async def one() -> bool:
            return (await read(operator.broker, MAIL)).delivered == 1

        await eventually(one, "the task to be delivered")

    as_operator(shop, taken)
    shop.kill_worker()
    assert work(shop, MAIL).delivered == 1
    assert not gate.exists()


def test_what_was_acknowledged_is_seen_no_more(shop: Shop) -> None:
    shop.start_worker()
    gate = shop.send()

    async def scenario(operator: Operator) -> None:
        async def delivered(count: int) -> bool:
            return (await read(operator.broker, MAIL)).delivered == count

        await eventually(lambda: delivered(1), "the task to be delivered")
        gate.touch()
        await eventually(lambda: delivered(0), "the task to be acknowledged")

    as_operator(shop, scenario)


def test_heartbeats_tell_what_a_worker_runs_without_asking_it(shop: Shop) -> None:
    shop.start_worker()
    gate = shop.send()

    async def scenario(operator: Operator) -> None:
        async def says(active: int, processed: int) -> bool:
            beat = operator.broker.heartbeats(operator.keys).of_host("worker-1")
            return beat is not None and (beat.active, beat.processed) == (active, processed)

        await eventually(lambda: says(1, 1), "a heartbeat with a running task")
        gate.touch()
        await eventually(lambda: says(0, 1), "a heartbeat of an idle worker")

    as_operator(shop, scenario)


def test_a_worker_that_was_never_heard_is_unknown(shop: Shop) -> None:
    async def scenario(operator: Operator) -> object:
        return operator.broker.heartbeats(operator.keys).of_host("worker-1")

    assert as_operator(shop, scenario) is None


class TestTrouble:
    def test_no_redis_is_unreachable(self, redis_server: RedisServer) -> None:
        redis_server.stop()
        assert trouble(redis_server.url).reason == "BrokerUnreachable"

    def test_a_wrong_password_is_refused_and_not_told(self, redis_server: RedisServer) -> None:
        wrong = redis_server.url.replace("pass%20word", "hunter2")
        told = trouble(wrong)
        assert told.reason == "AccessDenied"
        assert "hunter2" not in str(told)

    def test_a_key_of_the_wrong_type_is_no_empty_queue(self, redis_server: RedisServer) -> None:
        redis_server.client().set(f"{PREFIX}mail", "not a list")
        assert trouble(redis_server.url).reason == "WrongType"

    def test_a_garbage_message_is_counted_and_harms_nobody(
        self, shop: Shop, redis_server: RedisServer
    ) -> None:
        redis_server.client().rpush(f"{PREFIX}mail", b"\xff\x00garbage")
        assert work(shop, MAIL).queued == 1

    @pytest.mark.parametrize("url", ["amqp://rabbit", "nonsense", ""])
    def test_what_is_no_redis_url_is_told_without_repeating_it(self, url: str) -> None:
        told = trouble(url)
        assert told.reason == "InvalidURL"
        assert not url or url not in told.message
