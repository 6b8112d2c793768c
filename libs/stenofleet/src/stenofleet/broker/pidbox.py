"""Control messages to workers, as ``kombu.pidbox.Mailbox`` 5.7 lays them out; no kombu import.

A kombu client that waits for a reply restores other people's messages by its own visibility
timeout. Who speaks with workers binds a list for the replies, publishes a request on the workers'
channel, waits on that list, and takes binding and list away again.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from stenofleet.broker.keys import SEPARATOR, BrokerKeys

MAILBOX: Final = "celery.pidbox"
"""The workers' fanout exchange: Celery's default ``control_exchange``, and ``.pidbox``."""

REPLIES: Final = f"reply.{MAILBOX}"


def reply_list(keys: BrokerKeys, mailbox: str) -> str:
    """The list in which the replies to a mailbox come."""
    return f"{keys.prefix}{mailbox}.{REPLIES}"


def binding(mailbox: str) -> str:
    """The member of the replies' bindings that leads there."""
    return SEPARATOR.join([mailbox, "", f"{mailbox}.{REPLIES}"])


def request(
    mailbox: str, method: str, arguments: Mapping[str, Any], nodes: Sequence[str] | None
) -> str:
    """A call of a method of the control panels of the nodes; None: of all workers'."""
    body = {
        "method": method,
        "arguments": dict(arguments),
        "destination": None if nodes is None else list(nodes),
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


def answers(raw: bytes | str) -> dict[str, Any]:
    """A reply by node name; see `failure` for what may stand there.

    Raises:
        ValueError: it is no reply.
    """
    try:
        body = json.loads(base64.b64decode(json.loads(raw)["body"]))
    except (KeyError, TypeError):
        raise ValueError("expected a reply of a control panel") from None
    match body:
        case dict():
            return body
        case _:
            raise ValueError(f"expected an answer by node name, got {type(body).__name__}")


def failure(answer: Any) -> str | None:
    """The text of an answer that tells of a failure; None of any other."""
    match answer:
        case {"error": text, **more} if not more:
            return str(text)
        case _:
            return None


def concurrency(stats: Any) -> int | None:
    """Tasks at a time, in an answer to ``stats``; None when it does not tell."""
    match stats:
        case {"pool": {"processes": [*processes]}}:
            return len(processes)  # prefork: its max-concurrency does not follow a resize
        case {"pool": {"max-concurrency": int(limit)}}:
            return limit
        case _:
            return None
