"""A worker that takes nothing is asked whether it has a reason to."""

from collections.abc import Callable, Iterator

import pytest
from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.guards.inquiry import consumed_queues, limited_tasks, may_be_restarted
from support.celery_shop import Operator, Shop, as_operator, eventually
from support.crew import Crew, Watch

ONE = "celery@worker-1"


@pytest.fixture
def crew(shop: Shop) -> Iterator[Crew]:
    crew = Crew(shop)
    yield crew
    crew.stop()


def control(operator: Operator) -> RemoteControl:
    broker = operator.broker
    return RemoteControl(broker.client, operator.keys, broker.database)


def test_a_worker_without_rate_limits_has_no_reason_and_tells_its_queues(
    shop: Shop, crew: Crew, attentive: Callable[[], None]
) -> None:
    async def scenario(operator: Operator) -> None:
        crew.start(ONE, "reports")
        await Watch(operator).meets(ONE)
        attentive()
        assert await may_be_restarted(control(operator), ONE)
        assert await consumed_queues(control(operator), ONE) == {"reports"}

    as_operator(shop, scenario)


def test_a_worker_that_limits_a_tasks_rate_is_left_alone(
    shop: Shop, crew: Crew, attentive: Callable[[], None]
) -> None:
    async def scenario(operator: Operator) -> None:
        crew.start(ONE)
        await Watch(operator).meets(ONE)
        attentive()
        shop.app.control.rate_limit("until_exists", "1/h", destination=[ONE])

        async def told() -> bool:
            return await limited_tasks(control(operator), ONE) == {"until_exists"}

        await eventually(told, "the rate limit to be told")
        assert not await may_be_restarted(control(operator), ONE)

    as_operator(shop, scenario)


def test_a_worker_that_hangs_has_no_reason(shop: Shop, crew: Crew) -> None:
    async def scenario(operator: Operator) -> None:
        crew.start(ONE)
        await Watch(operator).meets(ONE)
        crew.freeze(ONE)
        assert await may_be_restarted(control(operator), ONE)

    as_operator(shop, scenario)
