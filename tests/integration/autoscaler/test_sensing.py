"""What the operator sees of a real Redis that a real Celery and its workers use."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from stenofleet_autoscaler.sense.reading import Finished, QueueReading, Sample
from support.celery_shop import NODE, Operator, Shop, as_operator, eventually
from support.lookout import Lookout, lookout
from support.servers import RedisServer, until

pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture
def operator(shop: Shop) -> Iterator[Lookout]:
    with lookout(shop.url, shop.keys) as one:
        yield one


def test_depth_is_the_sum_over_all_priorities_under_the_prefix(
    shop: Shop, operator: Lookout
) -> None:
    for priority in (0, 2, 3, 6, 9):
        shop.send(priority=priority)
    assert operator.queue("mail").depth == 5


def test_a_task_for_later_is_scheduled_and_not_due(shop: Shop, operator: Lookout) -> None:
    shop.send(eta=datetime.now(UTC) + timedelta(hours=1))
    shop.send(eta=datetime.now(UTC) - timedelta(hours=1))
    seen = operator.queue("mail")
    assert isinstance(seen, QueueReading)
    assert (seen.depth, len(seen.etas), sum(each.count for each in seen.samples)) == (2, 1, 1)


def test_an_app_that_knows_nothing_of_the_operator_tells_its_tasks(
    shop: Shop, operator: Lookout
) -> None:
    shop.send()
    seen = operator.queue("mail")
    assert seen.samples == (Sample("until_exists", 1),)
    assert (seen.garbage, seen.oldest is None) == (0, False)


def test_a_task_for_later_that_a_worker_took_is_scheduled(shop: Shop, operator: Lookout) -> None:
    shop.start_worker()
    shop.send(eta=datetime.now(UTC) + timedelta(hours=1))
    until(lambda: operator.in_flight("mail").scheduled == 1, "the worker to take it")
    seen = operator.in_flight("mail")
    assert (seen.due, len(seen.etas)) == (0, 1)


def test_delivered_tasks_are_told_apart_by_the_binding_of_their_exchange(shop: Shop) -> None:
    """`reports` is bound to another exchange by another routing key."""
    shop.start_worker("-P", "threads", "-c", "3")
    shop.send(queue="mail")
    for _ in range(2):
        shop.send(queue="reports", exchange="office", routing_key="weekly")

    async def scenario(operator: Operator) -> None:
        async def told_apart() -> bool:
            return (await operator.delivered("mail"), await operator.delivered("reports")) == (1, 2)

        await eventually(told_apart, "the three tasks to be delivered")

    as_operator(shop, scenario)


def test_work_of_a_killed_worker_is_still_seen(shop: Shop) -> None:
    shop.start_worker()
    gate = shop.send()
    as_operator(shop, lambda operator: delivered(operator, 1))
    shop.kill_worker()
    as_operator(shop, lambda operator: delivered(operator, 1))
    assert not gate.exists()


def test_what_was_acknowledged_is_seen_no_more_and_tells_how_long_it_ran(shop: Shop) -> None:
    shop.start_worker()
    gate = shop.send()

    async def scenario(operator: Operator) -> None:
        await delivered(operator, 1)
        for _ in range(3):
            await operator.look("mail")
        gate.touch()
        ended: list[Finished] = []

        async def gone() -> bool:
            ended.extend((await operator.look("mail")).finished)
            return await operator.delivered("mail") == 0

        await eventually(gone, "the task to be acknowledged")
        assert all(each.task == "until_exists" and each.seconds > 0 for each in ended)

    as_operator(shop, scenario)


async def delivered(operator: Operator, count: int) -> None:
    async def so_many() -> bool:
        return await operator.delivered("mail") == count

    await eventually(so_many, f"{count} tasks to be delivered")


def test_heartbeats_tell_what_a_worker_runs_without_asking_it(shop: Shop) -> None:
    shop.start_worker()
    gate = shop.send()

    async def scenario(operator: Operator) -> None:
        async def says(active: int, processed: int) -> bool:
            beat = operator.heartbeat(NODE)
            return beat is not None and (beat.active, beat.processed) == (active, processed)

        await eventually(lambda: says(1, 1), "a heartbeat with a running task")
        gate.touch()
        await eventually(lambda: says(0, 1), "a heartbeat of an idle worker")

    as_operator(shop, scenario)


def test_a_worker_that_was_never_heard_is_unknown(shop: Shop) -> None:
    async def scenario(operator: Operator) -> object:
        return operator.heartbeat(NODE)

    assert as_operator(shop, scenario) is None


def test_heartbeats_are_heard_again_after_redis_was_away(
    shop: Shop, redis_server: RedisServer
) -> None:
    shop.start_worker()

    async def scenario(operator: Operator) -> None:
        async def heard() -> bool:
            return operator.heartbeat(NODE) is not None

        await eventually(heard, "a heartbeat")
        before = operator.heartbeat(NODE)
        await asyncio.to_thread(redis_server.stop)
        await asyncio.to_thread(redis_server.start)

        async def heard_again() -> bool:
            listening = operator.broker.heartbeats(operator.keys).listening_for > 0
            return listening and operator.heartbeat(NODE) not in (None, before)

        await eventually(heard_again, "a new heartbeat")

    as_operator(shop, scenario)


def test_nobody_listens_for_a_keyspace_that_nobody_looks_at(
    shop: Shop, redis_server: RedisServer
) -> None:
    async def listens(count: int) -> bool:
        return int(redis_server.client().pubsub_numpat()) == count

    async def scenario(operator: Operator) -> None:
        operator.heartbeat(NODE)
        await eventually(lambda: listens(1), "the channel to be listened to")
        await operator.broker.read({})
        await eventually(lambda: listens(0), "the listening to end")

    as_operator(shop, scenario)
