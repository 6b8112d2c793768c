"""Messages as kombu puts them into a Redis list, for tests that need very many of them."""

import base64
import json
import uuid
from typing import Any


def envelope(
    task: str, queue: str = "celery", body: bytes = b"[[], {}, {}]", **headers: Any
) -> str:
    """One message of a Celery task (protocol 2, JSON)."""
    task_id = str(uuid.uuid4())
    return json.dumps(
        {
            "body": base64.b64encode(body).decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": {"lang": "py", "task": task, "id": task_id, "eta": None, **headers},
            "properties": {
                "correlation_id": task_id,
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": queue},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": str(uuid.uuid4()),
            },
        }
    )
