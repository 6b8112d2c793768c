"""Events of workers, out of the messages of their exchange; no kombu import."""

import base64
import json
from typing import Any


def parse_events(data: bytes | str) -> list[Any]:
    """The events in a message: one, or a list of them where the sender groups; none otherwise."""
    try:
        envelope = json.loads(data)
        body = envelope["body"]
        if envelope["properties"].get("body_encoding") == "base64":
            body = base64.b64decode(body)
        event = json.loads(body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    return event if isinstance(event, list) else [event]
