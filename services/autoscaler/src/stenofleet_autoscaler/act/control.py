"""Control messages to one worker, over redis-py alone: no kombu, and no key left behind."""

import uuid
from typing import Any

from redis import RedisError
from redis.asyncio import Redis
from stenofleet.broker import BrokerKeys, pidbox

from stenofleet_autoscaler.act.errors import NoReply, Refused

REPLY_TIMEOUT = 1.5
"""Seconds; a worker that lives answers within milliseconds. Below the connection's timeout."""


class RemoteControl:
    """Calls methods of workers' control panels."""

    def __init__(self, client: Redis, keys: BrokerKeys, database: int) -> None:
        self._client = client
        self._keys = keys
        self._channel = keys.broadcast(database, pidbox.MAILBOX)
        self._unanswered: set[str] = set()

    async def call(self, node: str, method: str, **arguments: Any) -> Any:
        """What the worker answers.

        Raises:
            NoReply: it did not answer in time, or Redis did not.
            Refused: it answered with an error.
        """
        mailbox = str(uuid.uuid4())
        try:
            reply = await self._exchange(
                mailbox, pidbox.request(mailbox, method, arguments, [node])
            )
        except (RedisError, OSError, TimeoutError):
            raise NoReply(f"no connection to ask {node} for {method}") from None
        if reply is None:
            raise NoReply(f"{node} did not answer {method} in time")
        return _answer(reply, node)

    async def _exchange(self, mailbox: str, request: str) -> bytes | str | None:
        """Binds a list for the reply, asks, waits, and takes everything away again."""
        replies = pidbox.reply_list(self._keys, mailbox)
        table = self._keys.bindings(pidbox.REPLIES)
        binding = pidbox.binding(mailbox)
        await self._client.sadd(table, binding)
        self._unanswered.add(replies)
        try:
            await self._client.publish(self._channel, request)
            popped = await self._client.blpop([replies], timeout=REPLY_TIMEOUT)
        finally:
            await self._client.srem(table, binding)
        if popped is None:
            return None
        await self._clean(replies)
        reply: bytes | str = popped[1]
        return reply

    async def _clean(self, answered: str) -> None:
        """A reply that came too late lies in a list of its own: it goes with the next answer."""
        self._unanswered.discard(answered)
        if self._unanswered:
            await self._client.delete(*self._unanswered)
            self._unanswered.clear()


def _answer(raw: bytes | str, node: str) -> Any:
    try:
        answer = pidbox.answers(raw)[node]
    except (ValueError, KeyError):
        raise NoReply(f"{node} answered with something else than a reply") from None
    if (failure := pidbox.failure(answer)) is not None:
        raise Refused(failure)
    return answer
