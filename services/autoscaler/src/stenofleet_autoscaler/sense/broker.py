"""One Redis and what was last seen of it, shared by the pools that name it."""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from importlib import resources

from redis import RedisError
from redis.exceptions import NoScriptError
from stenofleet.broker import BrokerKeys
from stenofleet.redis_clients import database_of
from stenofleet.telemetry.connections import redis_connections

from stenofleet_autoscaler.sense.connection import TIMEOUT, Address, connect
from stenofleet_autoscaler.sense.errors import Unseen, explain
from stenofleet_autoscaler.sense.heartbeats import Heartbeats, TaskSink
from stenofleet_autoscaler.sense.keyspace import Keyspace
from stenofleet_autoscaler.sense.reading import Asked, Reading

CANCELLATIONS = 5

SCRIPT = resources.files(__package__).joinpath("look.lua").read_text()
SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()

EVENT_EXCHANGE = "celeryev"


class Broker:
    """A connection to one broker.

    Attributes:
        client: the connection's pool, for control messages as well.
        database: number of the Redis database; a part of the channels' names.
        round_trip: seconds that the last read took; None when Redis did not answer.
    """

    def __init__(self, address: Address, on_task: TaskSink | None = None) -> None:
        """Connects at the first read; ``on_task`` is given the events of its workers' tasks.

        Raises:
            Unseen: the address is none that Redis understands.
        """
        self.client = connect(address)
        self._on_task = on_task
        redis_connections.watch("broker", self.client.connection_pool)
        self.database = database_of(self.client)
        self.round_trip: float | None = None
        self._keyspaces: dict[BrokerKeys, Keyspace] = {}
        self._heartbeats: dict[BrokerKeys, Heartbeats] = {}
        self._listeners: dict[BrokerKeys, asyncio.Task[None]] = {}

    async def read(self, asked: Mapping[BrokerKeys, Asked]) -> dict[BrokerKeys, Reading | Unseen]:
        """What is asked of each keyspace, all in one round trip; why not, where one spoils.

        Raises:
            Unseen: Redis did not answer.
        """
        self._keyspaces = {keys: self._keyspaces.get(keys) or Keyspace(keys) for keys in asked}
        now, began, self.round_trip = time.time(), time.monotonic(), None
        requests = [self._keyspaces[keys].request(each, now) for keys, each in asked.items()]
        try:
            async with asyncio.timeout(2 * TIMEOUT):
                answers = await self._answers(requests)
        except (RedisError, OSError, TimeoutError) as error:
            raise explain(error) from None
        self.round_trip = time.monotonic() - began
        await self._stop_listening({*self._listeners} - {*asked})
        now = time.time()
        return {
            keys: self._keyspaces[keys].reading(each, answer, now)
            for (keys, each), answer in zip(asked.items(), answers, strict=True)
        }

    async def _answers(self, requests: list[str]) -> list[bytes | str]:
        """A Redis that was started anew does not know the script, and is told it once."""
        try:
            return await self._ask("EVALSHA", requests)
        except NoScriptError:
            return await self._ask("EVAL", requests)

    async def _ask(self, command: str, requests: list[str]) -> list[bytes | str]:
        """By EVAL instead of SCRIPT LOAD: one right less that an ACL has to give."""
        script = SHA if command == "EVALSHA" else SCRIPT
        pipe = self.client.pipeline(transaction=False)
        for request in requests:
            pipe.execute_command(command, script, 0, request)
            command, script = "EVALSHA", SHA
        answers: list[bytes | str] = await pipe.execute()
        return answers

    def heartbeats(self, keys: BrokerKeys) -> Heartbeats:
        """What the workers of a keyspace tell of themselves; listened to from the first call on."""
        if keys not in self._heartbeats:
            channel = keys.broadcast(self.database, EVENT_EXCHANGE)
            self._heartbeats[keys] = Heartbeats(channel, on_task=self._on_task)
            listening = self._heartbeats[keys].listen(self.client)
            self._listeners[keys] = asyncio.create_task(listening)
        return self._heartbeats[keys]

    async def _stop_listening(self, unused: set[BrokerKeys]) -> None:
        ended = [self._listeners.pop(keys) for keys in unused]
        for keys in unused:
            del self._heartbeats[keys]
        await asyncio.gather(*(_ended(listener) for listener in ended))

    async def close(self) -> None:
        """Closes the connections."""
        await self._stop_listening({*self._listeners})
        await self.client.aclose()


async def _ended(listener: asyncio.Task[None]) -> None:
    """Cancels more than once: redis-py may take a cancellation for a timeout of its own."""
    for _ in range(CANCELLATIONS):
        listener.cancel()
        await asyncio.wait([listener], timeout=TIMEOUT)
        if listener.done():
            return
