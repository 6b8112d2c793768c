"""Movements for tests: as cameras send them, and as they lie in the list."""

from typing import Any

from redis import Redis
from stenofleet.broker import BrokerKeys, Message, parse_message
from stenofleet.movement.events import Movement, decode
from stenofleet.movement.keys import QUEUE

LOGS = "/api/logs"
ADD = f"{LOGS}/add-movement/"
ADD_ALL = f"{LOGS}/add-movements/"


def movement(**fields: Any) -> dict[str, Any]:
    """One as a camera sends it, complete but for what is optional."""
    return {
        "user_id": "visitor-17",
        "track_id": 4,
        "bbox": [100, 50, 180, 250],
        "state": "entered",
        "store": "store-1",
        **fields,
    }


def queued(redis: Redis) -> list[Movement]:
    """What waits in the list, oldest first."""
    return [decode(item) for item in redis.lrange(QUEUE, 0, -1)]


def messages(redis: Redis, queue: str) -> list[Message]:
    """The tasks that wait on a Celery queue."""
    found = []
    for key in BrokerKeys().queue_lists(queue):
        found += [message for raw in redis.lrange(key, 0, -1) if (message := parse_message(raw))]
    return found
