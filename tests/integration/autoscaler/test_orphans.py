"""Deliveries of workers that died: found, and given back; never those of one that lives."""

import json
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.celery_shop import PREFIX, Operator, Shop, as_operator, eventually
from support.crew import Crew, Watch, deliveries
from support.servers import RedisServer

pytestmark = pytest.mark.usefixtures("patient")

ONE, TWO = "celery@worker-1", "celery@worker-2"


@pytest.fixture
def crew(shop: Shop) -> Iterator[Crew]:
    crew = Crew(shop)
    yield crew
    crew.stop()


def watching(shop: Shop, scenario: Callable[[Watch], Awaitable[None]]) -> None:
    """Runs the scenario with a guard that has both workers' pods."""

    async def run(operator: Operator) -> None:
        await scenario(Watch(operator, pods={ONE: "worker:0", TWO: "worker:0"}))

    as_operator(shop, run)


async def delivered(watch: Watch, count: int) -> None:
    """Waits until so many messages are delivered and not acknowledged."""

    async def there() -> bool:
        return len(await deliveries(watch.operator)) == count

    await eventually(there, f"{count} deliveries")


def lengths(redis_server: RedisServer, queue: str) -> dict[int, int]:
    """Messages by priority step."""
    client = redis_server.client()
    names = {
        step: f"{PREFIX}{queue}\x06\x16{step}" if step else PREFIX + queue for step in (0, 3, 6, 9)
    }
    return {step: client.llen(name) for step, name in names.items() if client.llen(name)}


def test_a_dead_workers_task_runs_once_more_beside_one_that_goes_on(
    shop: Shop, crew: Crew, redis_server: RedisServer
) -> None:
    """Found by asking the worker that lives, twice; its own long task stays with it."""

    async def scenario(watch: Watch) -> None:
        crew.start(ONE)
        await watch.meets(ONE)
        lost = shop.send("lost", priority=6)
        await delivered(watch, 1)
        crew.start(TWO)
        await watch.meets(TWO)
        kept = shop.send("kept", queue="reports")
        await delivered(watch, 2)
        await watch.until_looked(1)
        crew.kill(ONE)
        del watch.pods[ONE]
        await watch.until_looked(1)
        assert watch.given_back == []
        await watch.until_given_back(1)
        assert [each.queues for each in watch.given_back] == [{"mail": 1}]
        assert lengths(redis_server, "mail") == {6: 1}
        lost.touch()
        kept.touch()
        await delivered(watch, 0)
        assert await watch.started(TWO) == 2
        assert lengths(redis_server, "mail") == lengths(redis_server, "reports") == {}

    watching(shop, scenario)


def test_suspected_work_is_demand_before_it_is_certain(shop: Shop, crew: Crew) -> None:
    async def scenario(watch: Watch) -> None:
        crew.start(ONE)
        await watch.meets(ONE)
        shop.send()
        await delivered(watch, 1)
        assert (await watch.tick()).suspected == {}
        crew.kill(ONE)
        watch.pods.clear()
        verdict = await watch.tick()
        assert verdict.suspected == {"mail": 1}
        assert verdict.certain == ()

    watching(shop, scenario)


def test_without_any_worker_it_is_given_back_after_half_a_minute_of_silence(
    shop: Shop, crew: Crew, redis_server: RedisServer
) -> None:
    async def scenario(watch: Watch) -> None:
        crew.start(ONE)
        await watch.meets(ONE)
        shop.send(queue="reports")
        await delivered(watch, 1)
        await watch.tick()
        crew.kill(ONE)
        watch.pods.clear()
        await watch.until_given_back(1)
        assert lengths(redis_server, "reports") == {0: 1}
        assert watch.looks == 0

    watching(shop, scenario)


def test_a_live_worker_that_is_silent_leaves_it_uncertain(shop: Shop, crew: Crew) -> None:
    async def scenario(watch: Watch) -> None:
        crew.start(ONE)
        await watch.meets(ONE)
        shop.send()
        await delivered(watch, 1)
        crew.start(TWO)
        await watch.meets(TWO)
        crew.kill(ONE)
        del watch.pods[ONE]
        crew.freeze(TWO)
        await watch.until_looked(3)
        verdict = await watch.tick()
        assert verdict.suspected == {"mail": 1}
        assert watch.given_back == []
        assert len(await deliveries(watch.operator)) == 1

    watching(shop, scenario)


def test_the_task_of_a_terminating_worker_stays_with_it(shop: Shop, crew: Crew) -> None:
    async def scenario(watch: Watch) -> None:
        del watch.pods[ONE]
        crew.start(TWO)
        await watch.meets(TWO)
        last = shop.send()
        await delivered(watch, 1)
        crew.terminate(TWO)
        await watch.until_looked(1)
        await never_given_back(watch)
        last.touch()
        await delivered(watch, 0)

    watching(shop, scenario)


def test_a_task_that_a_live_worker_holds_for_later_is_no_orphan(shop: Shop, crew: Crew) -> None:
    async def scenario(watch: Watch) -> None:
        crew.start(TWO)
        await watch.meets(TWO)
        shop.send(eta=datetime.now(UTC) + timedelta(hours=1))
        await delivered(watch, 1)
        await watch.tick()
        del watch.pods[ONE]
        await watch.until_looked(1)
        await never_given_back(watch)

    watching(shop, scenario)


async def never_given_back(watch: Watch) -> None:
    """After two looks, 5 s apart, an orphan would have gone."""
    deadline = time.monotonic() + 12

    async def long_enough() -> bool:
        verdict = await watch.tick()
        assert verdict.certain == ()
        return time.monotonic() > deadline

    await eventually(long_enough, "two looks")
    assert watch.given_back == []


def test_a_task_that_waits_for_its_rate_limit_in_a_live_worker_is_no_orphan(
    shop: Shop, crew: Crew
) -> None:
    """No answer of the worker names it."""

    async def scenario(watch: Watch) -> None:
        crew.start(TWO, "mail", "--prefetch-multiplier", "4")
        await watch.meets(TWO)
        shop.app.control.rate_limit("until_exists", "1/h", destination=[TWO])
        shop.send("first").touch()
        shop.send("second")
        await delivered(watch, 1)
        await watch.tick()
        del watch.pods[ONE]
        await watch.until_looked(1)
        await never_given_back(watch)

    watching(shop, scenario)


def test_messages_of_queues_that_no_pool_consumes_are_left_alone(
    shop: Shop, crew: Crew, redis_server: RedisServer
) -> None:
    client = redis_server.client()
    theirs = json.dumps([envelope("theirs"), "", "elsewhere"])
    old = time.time() - 600  # younger than what workers give back by themselves

    async def scenario(watch: Watch) -> None:
        client.zadd(f"{PREFIX}unacked_index", {"theirs": old})
        client.hset(f"{PREFIX}unacked", "theirs", theirs)
        crew.start(ONE)
        await watch.meets(ONE)
        shop.send()
        await delivered(watch, 2)
        crew.kill(ONE)
        crew.start(TWO)
        await watch.meets(TWO)
        del watch.pods[ONE]
        await watch.until_given_back(1)
        assert client.hget(f"{PREFIX}unacked", "theirs") == theirs
        assert client.zscore(f"{PREFIX}unacked_index", "theirs") == old

    watching(shop, scenario)


def envelope(task_id: str) -> dict[str, Any]:
    return {"body": "", "headers": {"id": task_id, "task": "until_exists"}, "properties": {}}


def test_a_worker_that_is_no_pod_is_asked_too(shop: Shop, crew: Crew) -> None:
    """It consumes the queue on a machine outside the cluster and goes on with its task."""

    async def scenario(watch: Watch) -> None:
        watch.pods.clear()
        watch.strangers = (TWO,)
        crew.start(TWO, "mail")
        await watch.meets(TWO)
        shop.send()
        await delivered(watch, 1)
        await watch.until_looked(1)
        await never_given_back(watch)
        assert (await watch.tick()).suspected == {}

    watching(shop, scenario)
