"""Queue depth over all priority lists, plain lists, and the first messages: one round trip."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from stenofleet.broker import BrokerKeys, Message, parse_message

from stenofleet_autoscaler.sense.errors import Unseen, explain

SAMPLE = 200
"""Messages of each list that are looked at: those that are delivered next."""


@dataclass(frozen=True)
class Queue:
    """A queue as it stands.

    Attributes:
        depth: messages in all of its lists.
        scheduled: those in the sample whose time has not come.
        oldest: when the oldest due message of the sample was enqueued or due, in seconds since
            the epoch; None when no message says.
    """

    depth: int
    scheduled: int = 0
    oldest: float | None = None


@dataclass(frozen=True)
class Depths:
    """Queues and plain lists by name; what could not be read stands there as why."""

    queues: dict[str, Queue | Unseen]
    items: dict[str, int | Unseen]


async def read_depths(
    client: Redis, keys: BrokerKeys, queues: Sequence[str], lists: Sequence[str]
) -> Depths:
    """Reads all of them in one pipeline.

    Raises:
        redis.RedisError: Redis did not answer at all.
    """
    pipe = client.pipeline(transaction=False)
    for queue in queues:
        for key in keys.queue_lists(queue):
            pipe.llen(key)
            pipe.lrange(key, -SAMPLE, -1)
    for key in lists:
        pipe.llen(key)
    answers = iter(await pipe.execute(raise_on_error=False))
    steps = len(keys.priority_steps)
    return Depths(
        queues={queue: _queue([next(answers) for _ in range(2 * steps)]) for queue in queues},
        items={key: _items(next(answers)) for key in lists},
    )


def _queue(answers: Sequence[Any]) -> Queue | Unseen:
    if error := next((each for each in answers if isinstance(each, Exception)), None):
        return explain(error)
    sample = [parse_message(raw) for raws in answers[1::2] for raw in raws]
    return summary(sum(answers[::2]), [message for message in sample if message], time.time())


def _items(answer: Any) -> int | Unseen:
    return explain(answer) if isinstance(answer, Exception) else int(answer)


def summary(depth: int, sample: Iterable[Message], now: float) -> Queue:
    """The queue that these messages are the head of."""
    later, due = 0, []
    for message in sample:
        if message.eta is not None and message.eta > now:
            later += 1
        elif message.enqueued_at is not None:
            due.append(max(message.enqueued_at, message.eta or 0.0))
    return Queue(depth=depth, scheduled=later, oldest=min(due, default=None))
