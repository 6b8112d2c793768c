"""Control messages to real workers, and what they leave behind in Redis."""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from stenofleet_autoscaler.act import workers
from stenofleet_autoscaler.act.drains import Drains
from stenofleet_autoscaler.act.errors import NoReply, Refused
from stenofleet_autoscaler.act.marks import LEAVES_FIRST
from stenofleet_autoscaler.act.sizes import Sizes
from stenofleet_autoscaler.model import Drain
from stenofleet_autoscaler.spec import Demand
from support.celery_shop import NODE, PREFIX, Operator, Shop, answered, as_operator, eventually
from support.servers import RedisServer

Answers = Callable[[Operator], Awaitable[None]]

MAIL = Demand(queues=("mail",))
POD = NODE.removeprefix("celery@")
RUN = "worker:0"


@pytest.fixture
def answers(attentive: Callable[[], None]) -> Answers:
    """Waits until the worker is up."""

    async def wait(operator: Operator) -> None:
        await answered(lambda: workers.concurrency(operator.control, NODE), "the worker to answer")
        attentive()

    return wait


async def active(operator: Operator, count: int) -> None:
    """Waits until a heartbeat tells of so many running tasks."""

    async def says() -> bool:
        beat = operator.heartbeat(NODE)
        return beat is not None and beat.active == count

    await eventually(says, f"{count} running tasks")


def test_a_pool_grows_and_shrinks_while_it_works_and_tells_its_size(
    shop: Shop, answers: Answers
) -> None:
    shop.start_worker()
    gates = [shop.send(str(number)) for number in range(3)]

    async def scenario(operator: Operator) -> None:
        await answers(operator)
        await active(operator, 1)
        assert await workers.resize(operator.control, NODE, 1, 3) == 3
        await active(operator, 3)
        assert await workers.resize(operator.control, NODE, 3, 2) == 2
        assert await workers.concurrency(operator.control, NODE) == 2
        for gate in gates:
            gate.touch()
        await active(operator, 0)

    as_operator(shop, scenario)


def test_prefork_is_resized_too(shop: Shop, answers: Answers) -> None:
    shop.start_worker("-P", "prefork")

    async def scenario(operator: Operator) -> None:
        await answers(operator)
        grown = await workers.resize(operator.control, NODE, 1, 3)
        assert grown == 3
        assert await workers.resize(operator.control, NODE, 3, 2) == 2

    as_operator(shop, scenario)


def test_a_prefork_pool_with_busy_children_shrinks_by_the_idle_ones_and_tells_the_rest(
    shop: Shop, answers: Answers
) -> None:
    shop.start_worker("-P", "prefork")
    gates = [shop.send(str(number)) for number in range(2)]
    sizes = Sizes()

    async def scenario(operator: Operator) -> None:
        async def resize(wanted: int) -> int | None:
            await sizes.change(operator.control, NODE, POD, RUN, wanted=wanted, template="one")
            return sizes.slots(POD, RUN)

        await answers(operator)
        await sizes.learn(operator.control, NODE, POD, RUN)
        assert await resize(3) == 3
        await active(operator, 2)
        # More than once, as ticks do: an answer that comes late is asked for again.
        assert [await resize(1) for _ in range(3)][-1] == 2
        assert sizes.stuck is not None
        assert POD in sizes.stuck
        assert sizes.refusal is None
        for gate in gates:
            gate.touch()

    as_operator(shop, scenario)


def test_a_worker_of_another_name_is_reached_by_the_name_that_its_heartbeats_tell(
    shop: Shop, attentive: Callable[[], None]
) -> None:
    """As with ``celery worker -n mail@%h``."""
    own = f"mail@{POD}"
    shop.start_worker("-P", "custom", "-n", own)

    async def scenario(operator: Operator) -> None:
        async def heard() -> bool:
            return operator.heartbeat(own) is not None

        await eventually(heard, "its heartbeat")
        attentive()
        beat = operator.heartbeat(own)
        assert beat is not None
        node = workers.node_of(POD, replace(beat, node=own))
        assert await workers.resize(operator.control, node, 1, 2) == 2
        assert workers.node_of(POD, None) == NODE

    as_operator(shop, scenario)


def test_a_worker_tells_what_it_runs_without_the_arguments(shop: Shop, answers: Answers) -> None:
    shop.start_worker()
    gate = shop.send("secret-argument")

    async def scenario(operator: Operator) -> None:
        await answers(operator)
        await active(operator, 1)
        [task] = await workers.running_tasks(operator.control, NODE)
        assert task.startswith("until_exists[")
        assert "secret-argument" not in task
        gate.touch()

    as_operator(shop, scenario)


@pytest.mark.parametrize("pool", ["threads", "solo"])
def test_a_pool_that_cannot_grow_refuses(shop: Shop, pool: str, answers: Answers) -> None:
    shop.start_worker("-P", pool)

    async def scenario(operator: Operator) -> None:
        await answers(operator)
        with pytest.raises(Refused):
            await workers.resize(operator.control, NODE, 1, 2)

    as_operator(shop, scenario)


def test_a_worker_told_to_stop_consuming_takes_nothing_until_told_again(
    shop: Shop, answers: Answers
) -> None:
    shop.start_worker()

    async def scenario(operator: Operator) -> None:
        async def queued(count: int) -> bool:
            return await operator.queued("mail") == count

        await answers(operator)
        await workers.stop_consuming(operator.control, NODE, ["mail", "reports"])
        gate = shop.send()
        beats = {operator.heartbeat(NODE)}

        async def three_beats_passed() -> bool:
            beats.add(operator.heartbeat(NODE))
            return len(beats) > 3

        await eventually(three_beats_passed, "three heartbeats")
        assert await queued(1)
        await workers.start_consuming(operator.control, NODE, ["mail", "reports"])
        await eventually(lambda: queued(0), "the task to be taken")
        gate.touch()

    as_operator(shop, scenario)


def test_a_pod_counts_as_empty_only_when_its_last_task_has_ended(
    shop: Shop, answers: Answers
) -> None:
    shop.start_worker()
    gate = shop.send()
    drains = Drains()

    def state(cost: int = 0) -> Drain:
        return drains.state(POD, since=0, run="worker:0", cost=cost)

    async def scenario(operator: Operator) -> None:
        async def step() -> Drain:
            drain = state()
            beat = operator.heartbeat(NODE)
            await drains.advance(operator.control, POD, beat, ("mail", "reports"))
            return drain

        beats = set()

        async def busy_beats_passed() -> bool:
            assert not (await step()).empty
            beats.add(operator.heartbeat(NODE))
            return len(beats) > 3

        async def empty() -> bool:
            return (await step()).empty

        await answers(operator)
        await active(operator, 1)
        await eventually(busy_beats_passed, "three heartbeats")
        gate.touch()
        await eventually(empty, "the pod to be empty")
        assert not state(LEAVES_FIRST).ranked

        async def ranked() -> bool:
            return state(LEAVES_FIRST).ranked

        await eventually(ranked, "the cost to have been seen for a while")

    as_operator(shop, scenario)


def test_a_restarted_container_has_to_prove_anew_that_it_is_empty(
    shop: Shop, answers: Answers
) -> None:
    shop.start_worker()
    drains = Drains()

    async def scenario(operator: Operator) -> None:
        async def empty() -> bool:
            drain = drains.state(POD, since=0, run="worker:0", cost=0)
            beat = operator.heartbeat(NODE)
            await drains.advance(operator.control, POD, beat, ("mail",))
            return drain.empty

        await answers(operator)
        await eventually(empty, "the pod to be empty")

    as_operator(shop, scenario)
    assert not drains.state(POD, since=0, run="worker:1", cost=0).empty


def test_nobody_there_is_no_reply_and_leaves_no_key(shop: Shop, redis_server: RedisServer) -> None:
    async def scenario(operator: Operator) -> None:
        with pytest.raises(NoReply):
            await workers.concurrency(operator.control, NODE)

    as_operator(shop, scenario)
    assert redis_server.client().keys("*") == []


def test_control_messages_leave_no_key_and_give_back_nobodys_message(
    shop: Shop, redis_server: RedisServer, answers: Answers
) -> None:
    """A worker of another app runs a task for two hours, twice its visibility timeout."""
    client = redis_server.client()
    shop.start_worker()

    async def scenario(operator: Operator) -> None:
        await answers(operator)
        before = set(client.keys("*"))
        two_hours_ago = time.time() - 7200
        client.zadd("unacked_index", {"theirs": two_hours_ago})
        client.hset("unacked", "theirs", json.dumps([{"body": ""}, "", "mail"]))
        client.zadd(f"{PREFIX}unacked_index", {"ours": two_hours_ago})
        client.hset(f"{PREFIX}unacked", "ours", json.dumps([{"body": ""}, "", "other"]))
        await workers.resize(operator.control, NODE, 1, 2)
        assert await workers.holds_nothing(operator.control, NODE)
        held = {"unacked", "unacked_index", f"{PREFIX}unacked", f"{PREFIX}unacked_index"}
        assert set(client.keys("*")) == before | held
        assert client.hget("unacked", "theirs") is not None

    as_operator(shop, scenario)
