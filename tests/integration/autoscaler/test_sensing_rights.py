"""The rights that docs/operator-brokers.md gives to the operator are enough, and none is idle."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from stenofleet.broker import BrokerKeys
from stenofleet_autoscaler.act import workers
from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.errors import NoReply
from stenofleet_autoscaler.guards.giveback import give_back
from stenofleet_autoscaler.sense.broker import Broker
from stenofleet_autoscaler.sense.connection import Address
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import Asked, Reading
from support.celery_messages import envelope
from support.celery_shop import NODE, PREFIX, Shop, answered, eventually
from support.lookout import deliver, delivered, known, lookout
from support.servers import RedisServer

pytestmark = pytest.mark.usefixtures("patient")

PAGE = Path(__file__).parents[3] / "docs" / "operator-brokers.md"
LOOK, SPEAK, GIVE_BACK = (
    block.split() for block in re.findall(r"```acl\n(.*?)```", PAGE.read_text(), re.DOTALL)
)
KEYS = BrokerKeys(PREFIX)
ASKED = Asked(("mail", "reports"), ("movement_logs",))
READS = [
    right for right in LOOK if right[0] == "+" and right[1] in "elzhs" and "hello" not in right
]
OTHERS = {"+select", "+eval"}  # another database; a script that Redis does not know yet

T = TypeVar("T")


@dataclass(frozen=True)
class User:
    """An ACL user with some rights, and a Redis that knows no script yet."""

    server: RedisServer

    def with_rights(self, *rights: str) -> str:
        """The URL by which the user logs in."""
        client: Any = self.server.client()
        client.execute_command("ACL", "SETUSER", "operator", "reset", "on", ">x", *rights)
        client.script_flush()
        return f"redis://operator:x@{self.server.address}:{self.server.port}/0"


@pytest.fixture
def user(redis_server: RedisServer) -> User:
    return User(redis_server)


def fill(server: RedisServer) -> None:
    """Something of all that there is to see."""
    client: Any = server.client()
    client.rpush(f"{PREFIX}mail", envelope("a"))
    client.rpush(KEYS.queue_list("mail", 6), envelope("b"))
    client.rpush("movement_logs", 1, 2, 3)
    client.sadd(KEYS.bindings("office"), "weekly\x06\x16\x06\x16reports")
    deliver(client, delivered("1", exchange="office", queue="weekly"), KEYS)


def looks(url: str, server: RedisServer) -> Any:
    """All that some looks tell, but for when."""
    with lookout(url, KEYS) as operator:
        operator.look()
        deliver(server.client(), delivered("2", time.time() - 999), KEYS)  # by a slow clock
        for _ in range(4):
            seen: Reading = known(operator.read({KEYS: ASKED})[KEYS])
        queues = {name: known(queue) for name, queue in seen.queues.items()}
        return (
            {name: (queue.depth, set(queue.samples)) for name, queue in queues.items()},
            {name: known(length) for name, length in seen.lists.items()},
            {name: {d.tag for d in each.sample} for name, each in seen.in_flight.items()},
        )


EVERYTHING = ({"mail": 2, "reports": 0}, {"movement_logs": 3}, {"reports": {"1"}, "mail": {"2"}})


def as_user(url: str, scenario: Callable[[Broker], Awaitable[T]]) -> T:
    async def run() -> T:
        broker = Broker(Address(url))
        try:
            return await scenario(broker)
        finally:
            await broker.close()

    return asyncio.run(run())


def test_looks_see_everything(user: User, redis_server: RedisServer) -> None:
    fill(redis_server)
    queues, lists, deliveries = looks(user.with_rights(*LOOK), redis_server)
    depths = {name: depth for name, (depth, _) in queues.items()}
    assert (depths, lists, deliveries) == EVERYTHING


@pytest.mark.parametrize("right", [right for right in READS if right not in OTHERS])
def test_no_right_to_read_is_idle(user: User, redis_server: RedisServer, right: str) -> None:
    fill(redis_server)
    with pytest.raises(Unseen) as caught:
        looks(user.with_rights(*(each for each in LOOK if each != right)), redis_server)
    assert caught.value.reason == "AccessDenied"


def test_who_may_look_writes_nothing(user: User, redis_server: RedisServer) -> None:
    fill(redis_server)

    async def speak(broker: Broker) -> None:
        control = RemoteControl(broker.client, KEYS, broker.database)
        with pytest.raises(NoReply):
            await workers.concurrency(control, NODE)

    before = redis_server.client().dbsize()
    as_user(user.with_rights(*LOOK), speak)
    assert redis_server.client().dbsize() == before


def test_heartbeats_are_heard_and_workers_spoken_with(
    user: User, shop: Shop, attentive: Callable[[], None]
) -> None:
    shop.start_worker()

    async def speak(broker: Broker) -> int:
        await broker.read({KEYS: ASKED})
        heartbeats = broker.heartbeats(KEYS)

        async def heard() -> bool:
            return heartbeats.of(NODE) is not None

        await eventually(heard, "a heartbeat")
        control = RemoteControl(broker.client, KEYS, broker.database)
        # It beats before it listens to questions.
        await answered(lambda: workers.concurrency(control, NODE), "an answer")
        attentive()
        await workers.stop_consuming(control, NODE, ["reports"])
        return await workers.concurrency(control, NODE)

    assert as_user(user.with_rights(*LOOK, *SPEAK), speak) == 1


def test_what_a_dead_worker_held_is_given_back(user: User, redis_server: RedisServer) -> None:
    fill(redis_server)

    async def give(broker: Broker) -> int:
        reading = known((await broker.read({KEYS: ASKED}))[KEYS])
        return (await give_back(broker.client, KEYS, reading.deliveries)).count

    assert as_user(user.with_rights(*LOOK, *SPEAK, *GIVE_BACK), give) == 1
    assert redis_server.client().llen(f"{PREFIX}reports") == 1
