"""Control messages to one worker, over redis-py alone.

A kombu client that waits for a reply restores other people's messages by its own visibility
timeout. This one publishes on the workers' mailbox, waits on a reply list of its own, and leaves
no key behind. The format is that of ``kombu.pidbox.Mailbox`` 5.7.
"""

import base64
import json
import uuid
from typing import Any

from redis import RedisError
from redis.asyncio import Redis
from stenofleet.broker import BrokerKeys
from stenofleet.broker.keys import SEPARATOR

from stenofleet_autoscaler.act.errors import NoReply, Refused

MAILBOX = "celery.pidbox"
"""The workers' fanout exchange: Celery's default ``control_exchange``, and ``.pidbox``."""

REPLIES = f"reply.{MAILBOX}"

REPLY_TIMEOUT = 1.5
"""Seconds; a worker that lives answers within milliseconds. Below the connection's timeout."""


class RemoteControl:
    """Calls methods of workers' control panels."""

    def __init__(self, client: Redis, keys: BrokerKeys, database: int) -> None:
        self._client = client
        self._keys = keys
        self._channel = keys.broadcast(database, MAILBOX)
        self._unanswered: set[str] = set()

    async def call(self, node: str, method: str, **arguments: Any) -> Any:
        """What the worker answers.

        Raises:
            NoReply: it did not answer in time, or Redis did not.
            Refused: it answered with an error.
        """
        mailbox = str(uuid.uuid4())
        try:
            reply = await self._exchange(mailbox, _request(mailbox, node, method, arguments))
        except (RedisError, OSError, TimeoutError):
            raise NoReply(f"no connection to ask {node} for {method}") from None
        if reply is None:
            raise NoReply(f"{node} did not answer {method} in time")
        return _answer(reply, node)

    async def _exchange(self, mailbox: str, request: str) -> bytes | str | None:
        """Binds a list for the reply, asks, waits, and takes everything away again."""
        replies = f"{self._keys.prefix}{mailbox}.{REPLIES}"
        table = self._keys.bindings(REPLIES)
        binding = SEPARATOR.join([mailbox, "", f"{mailbox}.{REPLIES}"])
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


def _request(mailbox: str, node: str, method: str, arguments: dict[str, Any]) -> str:
    body = {
        "method": method,
        "arguments": arguments,
        "destination": [node],
        "pattern": None,
        "matcher": None,
        "ticket": mailbox,
        "reply_to": {"exchange": REPLIES, "routing_key": mailbox},
    }
    return json.dumps(
        {
            "body": base64.b64encode(json.dumps(body).encode()).decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": {"clock": 1, "expires": 0},
            "properties": {
                "body_encoding": "base64",
                "delivery_info": {"exchange": MAILBOX, "routing_key": ""},
                "delivery_mode": 1,
                "delivery_tag": mailbox,
                "priority": 0,
            },
        }
    )


def _answer(raw: bytes | str, node: str) -> Any:
    """A reply is ``{node: answer}``; a failure's answer is ``{"error": text}``."""
    try:
        body = json.loads(base64.b64decode(json.loads(raw)["body"]))
        answer = body[node]
    except (ValueError, KeyError, TypeError):
        raise NoReply(f"{node} answered with something else than a reply") from None
    if isinstance(answer, dict) and set(answer) == {"error"}:
        raise Refused(str(answer["error"]))
    return answer
