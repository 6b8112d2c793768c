"""Bodies of movements, which are judged from their bytes, and how they are described."""

import json
from typing import Any, ClassVar, Final

from stenofleet_api.idempotency.route import IdempotentRoute
from stenofleet_api.movement.schemas import EXAMPLE, NewMovement

BODY_BYTES: Final = 16 * 1024**2
"""10,000 movements of 1,600 bytes; one with a field of megabytes is still told which."""


class MovementRoute(IdempotentRoute):
    """A route that takes movements."""

    body_bytes: ClassVar[int] = BODY_BYTES


_SCHEMA: Final = NewMovement.model_json_schema()


def _described(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}


ONE: Final = _described({"application/json": {"schema": _SCHEMA, "example": EXAMPLE}})
MANY: Final = _described(
    {
        "application/json": {"schema": {"type": "array", "items": _SCHEMA}, "example": [EXAMPLE]},
        "application/x-ndjson": {
            "schema": {"type": "string", "description": "A movement in each line."},
            "example": json.dumps(EXAMPLE) + "\n",
        },
    }
)
