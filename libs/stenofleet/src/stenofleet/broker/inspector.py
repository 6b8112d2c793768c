"""Questions to all workers at once, over redis-py alone, within a bounded time."""

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from redis import Redis

from stenofleet.broker import pidbox
from stenofleet.broker.keys import BrokerKeys
from stenofleet.redis_clients import database_of

ANSWER_SECONDS: Final = 2.0
"""A worker that lives answers within milliseconds, unless its machine is busy."""

SLICE_SECONDS: Final = 1.0
"""Of waiting in one call: below the timeout of the client's connection."""


@dataclass(frozen=True)
class Answers:
    """What came to one question.

    Attributes:
        listening: workers that were subscribed when it was asked.
        replies: how many came; more than nodes when two workers bear the same name.
        by_node: what they say; an error is no answer.
    """

    listening: int
    replies: int
    by_node: dict[str, Any]


class Inspector:
    """Asks workers' control panels; what it needs in Redis goes away when it is left."""

    def __init__(self, client: Redis, keys: BrokerKeys, seconds: float = ANSWER_SECONDS) -> None:
        """``seconds`` are waited for the answers to one question, and never longer than needed."""
        self._client = client
        self._keys = keys
        self._seconds = seconds
        self._channel = keys.broadcast(database_of(client), pidbox.MAILBOX)
        self._lists: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """A reply that came too late lies in its list until here."""
        if self._lists and kind is None:
            self._client.delete(*self._lists)

    def ask(self, method: str, nodes: Sequence[str] | None = None) -> Answers:
        """What the nodes, or all workers, answer; it returns as soon as all have.

        Raises:
            redis.RedisError: Redis is away, or does not let us ask.
        """
        mailbox = str(uuid.uuid4())
        table, binding = self._keys.bindings(pidbox.REPLIES), pidbox.binding(mailbox)
        self._lists.append(pidbox.reply_list(self._keys, mailbox))
        self._client.sadd(table, binding)
        try:
            request = pidbox.request(mailbox, method, {}, nodes)
            listening = int(self._client.publish(self._channel, request))
            wanted = listening if nodes is None else len(nodes)
            replies = list(self._replies(self._lists[-1], wanted))
        finally:
            self._client.srem(table, binding)
        return Answers(listening, len(replies), _by_node(replies))

    def _replies(self, replies: str, wanted: int) -> Iterator[bytes | str]:
        deadline = time.monotonic() + self._seconds
        while wanted > 0 and (left := deadline - time.monotonic()) > 0:
            popped: Any = self._client.blpop([replies], timeout=min(left, SLICE_SECONDS))
            if popped is not None:
                wanted -= 1
                yield popped[1]


def _by_node(replies: Sequence[bytes | str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for raw in replies:
        # What else lies there is no answer of a worker.
        with suppress(ValueError):
            found |= pidbox.answers(raw)
    return {node: each for node, each in found.items() if pidbox.failure(each) is None}
