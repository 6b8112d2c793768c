"""A worker that shrinks, or stops, while a message is on its way to it."""

import asyncio

import pytest
from stenofleet_autoscaler.act import workers
from stenofleet_autoscaler.act.errors import NoReply, Refused
from support.celery_shop import NODE, Operator, Shop, as_operator, eventually

pytestmark = pytest.mark.usefixtures("patient")

LOOP_ENDS = 0.2
"""Seconds; the last question for a message is under way for up to one."""

ADOPTED = """
from shop_app import app
from stenofleet.popped import take_popped

take_popped(app)
"""


# A prefork pool shrinks by a process that is idle: by none once it has taken in a second message.
@pytest.mark.parametrize(("pool", "rounds"), [("custom", 5), ("prefork", 2)])
def test_a_message_that_meets_a_shrinking_worker_survives_its_death(
    shop: Shop, pool: str, rounds: int
) -> None:
    """Redis gives the message to a call that began before: it must not lie in a socket alone."""
    if pool != "custom":
        (shop.folder / "adopting_app.py").write_text(ADOPTED)
        shop.module = "adopting_app"
    shop.start_worker("-P", pool)
    gates = [shop.send("0")]

    async def known(operator: Operator) -> int:
        return await operator.queued("mail") + await operator.delivered("mail")

    async def scenario(operator: Operator) -> None:
        async def resized(size: int) -> bool:
            try:
                now = await workers.concurrency(operator.control, NODE)
                return await workers.resize(operator.control, NODE, now, size) == size
            except (NoReply, Refused):
                return False

        async def all_known() -> bool:
            return await known(operator) == len(gates)

        await eventually(lambda: resized(1), "the worker to answer")
        for number in range(1, rounds):
            await eventually(lambda: resized(2), "the worker to grow and to ask for a message")
            await eventually(lambda: resized(1), "the worker to shrink")
            gates.append(shop.send(str(number)))
            await eventually(all_known, "the message to be in the queue or with a worker")
        shop.kill_worker()
        assert await known(operator) == rounds

    as_operator(shop, scenario)


def test_a_message_that_meets_a_stopping_worker_is_seen_while_its_tasks_run(shop: Shop) -> None:
    """Mostly in its queue again; a worker whose loop has not ended yet still runs it."""
    shop.start_worker("-P", "custom", "-c", "2")
    gate = shop.send("runs")

    async def scenario(operator: Operator) -> None:
        async def runs() -> bool:
            beat = operator.heartbeat(NODE)
            return beat is not None and beat.active == 1

        async def both_known() -> bool:
            return await operator.queued("mail") + await operator.delivered("mail") == 2

        await eventually(runs, "a task to run")
        shop.ask_to_stop()
        await asyncio.sleep(LOOP_ENDS)
        shop.send("comes late")
        await eventually(both_known, "the message to be in its queue or with the worker")
        gate.touch()

    as_operator(shop, scenario)
