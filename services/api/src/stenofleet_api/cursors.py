"""Places in lists, as clients bear them: opaque, and good for a query's address."""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

from stenofleet_api.problems import FieldError, InvalidRequest, shown


def write(*place: str) -> str:
    """A cursor for what a list is sorted by."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read(text: str, *kinds: Callable[[Any], Any]) -> tuple[Any, ...]:
    """The place that was written, each part made by its kind, which may raise ValueError.

    Raises:
        InvalidRequest: it is no cursor of such a list.
    """
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError):
        expected = "next_cursor of an earlier answer"
        told = FieldError(field="query.cursor", expected=expected, got=shown(repr(text)))
        raise InvalidRequest([told]) from None
