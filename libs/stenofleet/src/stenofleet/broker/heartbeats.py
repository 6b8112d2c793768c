"""Whether a worker is there, by the heartbeats that all of them send."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from redis import Redis

from stenofleet.broker.events import parse_events
from stenofleet.broker.keys import BrokerKeys
from stenofleet.redis_clients import database_of

if TYPE_CHECKING:
    from redis.client import PubSub

EXCHANGE: Final = "celeryev"
EVENT: Final = "worker.heartbeat"

LISTEN_SECONDS: Final = 3.0
"""Celery's workers send one every 2 s."""


def is_heard(client: Redis, keys: BrokerKeys, seconds: float = LISTEN_SECONDS) -> bool:
    """Whether some worker's heartbeat comes within so many seconds.

    Raises:
        redis.RedisError: Redis is away, or does not let us listen.
    """
    return any(True for _ in _messages(client, keys, seconds))


def heartbeats(client: Redis, keys: BrokerKeys, seconds: float) -> Iterator[Any]:
    """The events in the heartbeats that come within so many seconds.

    Raises:
        redis.RedisError: Redis is away, or does not let us listen.
    """
    for message in _messages(client, keys, seconds):
        yield from parse_events(message)


def _messages(client: Redis, keys: BrokerKeys, seconds: float) -> Iterator[bytes | str]:
    """It only listens: a consumer of kombu's would restore others' messages."""
    deadline = time.monotonic() + seconds
    # redis-py leaves this method without types.
    events: PubSub = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    with events:
        events.subscribe(keys.broadcast(database_of(client), EXCHANGE, EVENT))
        while (left := deadline - time.monotonic()) > 0:
            # What comes first may be the answer to the subscription, which is no message.
            if message := events.get_message(timeout=left):
                yield message["data"]
