"""Workers' heartbeats, read from Redis' pub/sub: no broadcast, and no kombu."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from redis import RedisError
from redis.asyncio import Redis
from stenofleet.broker import parse_events

from stenofleet_autoscaler.model import Heartbeat

STALE_AFTER = 10.0
"""Seconds without a heartbeat after which a worker is unknown; Celery sends one every 2 s."""

RECONNECT = 1.0
FORGET_EVERY = 1.0

TaskSink = Callable[[Mapping[str, Any]], None]
"""What takes an event of a task, as Celery made it."""

log = structlog.get_logger(__name__)


class Heartbeats:
    """The last heartbeat of each worker on a broker, by node name (``celery@<hostname>``)."""

    def __init__(
        self,
        channel: str,
        clock: Callable[[], float] = time.monotonic,
        on_task: TaskSink | None = None,
    ) -> None:
        """Listens on the event exchange's channels ``<channel>/worker.*``.

        ``on_task`` is given the events of tasks, too, where workers send them.
        """
        topics = ("worker.*",) if on_task is None else ("worker.*", "task.*")
        self._patterns = [f"{_literal(channel)}/{topic}" for topic in topics]
        self._on_task = on_task
        self._clock = clock
        self._beats: dict[str, Heartbeat] = {}
        self._nodes: dict[str, str] = {}
        self._listening_since: float | None = None
        self._forgot = clock()

    def of(self, node: str) -> Heartbeat | None:
        """The worker's last heartbeat; None when it is too old to say anything."""
        beat = self._beats.get(node)
        if beat is None or self._clock() - beat.at > STALE_AFTER:
            return None
        return beat

    def of_host(self, host: str) -> Heartbeat | None:
        """The last heartbeat of the worker on a host, whatever its name is before the ``@``."""
        node = self._nodes.get(host)
        return None if node is None else self.of(node)

    def heard(self) -> dict[str, float]:
        """Seconds since the last heartbeat of each worker that was heard lately, by node name."""
        now = self._clock()
        return {node: now - beat.at for node, beat in self._beats.items()}

    @property
    def listening_for(self) -> float:
        """Seconds for which every heartbeat was heard without a break."""
        since = self._listening_since
        return 0.0 if since is None else self._clock() - since

    def take(self, data: bytes | str) -> None:
        """Takes in one message of the event exchange; what is none is left aside."""
        for event in parse_events(data):
            match event:
                case {"type": "worker-offline", "hostname": str(node)}:
                    self._beats.pop(node, None)
                case {
                    "type": "worker-heartbeat" | "worker-online",
                    "hostname": str(node),
                    "active": int(active),
                    "processed": int(processed),
                }:
                    self._beats[node] = Heartbeat(self._clock(), active, processed, node)
                    self._nodes[node.partition("@")[2]] = node
                case {"type": str(kind)} if self._on_task is not None and kind.startswith("task-"):
                    self._on_task(event)
                case _:
                    pass

    def forget_stale(self) -> None:
        """Drops the workers that were not heard for long: pods come and go by new names."""
        limit = self._clock() - STALE_AFTER
        self._beats = {node: beat for node, beat in self._beats.items() if beat.at > limit}
        self._nodes = {host: node for host, node in self._nodes.items() if node in self._beats}

    def _forget_now_and_then(self) -> None:
        """Not with each message: very many workers send them."""
        if self._clock() - self._forgot > FORGET_EVERY:
            self._forgot = self._clock()
            self.forget_stale()

    async def listen(self, client: Redis) -> None:
        """Listens until cancelled; a lost connection is made again."""
        while True:
            with contextlib.suppress(RedisError, OSError):
                await self._listen_once(client)
            self._listening_since = None
            await asyncio.sleep(RECONNECT)

    async def _listen_once(self, client: Redis) -> None:
        """Returns when the connection says nothing, not even when it is asked."""
        async with client.pubsub() as pubsub:
            await pubsub.psubscribe(*self._patterns)
            silences = 0
            while silences <= 1:
                message = await pubsub.get_message(timeout=STALE_AFTER)
                self._forget_now_and_then()
                silences = 0 if message else silences + 1
                if message is None:
                    await pubsub.ping()
                elif message["type"] == "psubscribe":
                    self._listening_since = self._clock()
                elif message["type"] == "pmessage":
                    self.take(message["data"])


def _literal(text: str) -> str:
    """The text with the characters escaped that PSUBSCRIBE takes for wildcards."""
    return "".join(f"\\{char}" if char in "*?[]\\" else char for char in text)
