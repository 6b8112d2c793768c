"""What stands in a queue's list and in ``unacked``: kombu's envelope around a Celery task.

Nothing here trusts its input: a queue may hold anything, and what is no message is None.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

ENQUEUED_AT_HEADER = "sf_enqueued_at"
"""Set at publishing by `stenofleet.celery_app`: milliseconds since the epoch."""


@dataclass(frozen=True)
class Message:
    """A queued task, as far as others than its worker care.

    Attributes:
        task_id: Celery's id of the task; empty when the message bears none.
        task: the task's registered name; empty when the message bears none.
        enqueued_at: seconds since the epoch; None when the publisher did not say.
        eta: seconds since the epoch before which it must not run; None when at once.
        headers: all of the message's headers.
    """

    task_id: str
    task: str
    enqueued_at: float | None
    eta: float | None
    headers: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Delivery:
    """A message that a worker took and has not acknowledged."""

    message: Message
    exchange: str
    routing_key: str


def parse_message(raw: bytes | str) -> Message | None:
    """The message in an element of a queue's list; None when it is none."""
    return _message_from(_json_or_none(raw))


def parse_delivery(raw: bytes | str) -> Delivery | None:
    """The delivery in a value of the ``unacked`` hash; None when it is none."""
    match _json_or_none(raw):
        case [envelope, str(exchange), str(routing_key)]:
            message = _message_from(envelope)
            return Delivery(message, exchange, routing_key) if message else None
        case _:
            return None


def _json_or_none(raw: bytes | str) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _message_from(envelope: Any) -> Message | None:
    if not isinstance(envelope, dict):
        return None
    headers = envelope.get("headers")
    properties = envelope.get("properties")
    if not isinstance(headers, dict) or not isinstance(properties, dict):
        return None
    return Message(
        task_id=str(headers.get("id") or properties.get("correlation_id") or ""),
        task=str(headers.get("task") or ""),
        enqueued_at=_epoch_from_milliseconds(headers.get(ENQUEUED_AT_HEADER)),
        eta=epoch_from_iso(headers.get("eta")),
        headers=headers,
    )


def _epoch_from_milliseconds(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value / 1000


def epoch_from_iso(value: Any) -> float | None:
    """Celery writes ETAs in ISO 8601; one without an offset is in UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
