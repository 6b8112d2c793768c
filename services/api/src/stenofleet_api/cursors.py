"""A place in a list that is ordered by a time and an id, as text that is given out."""

import base64
import binascii
import json
import uuid
from datetime import UTC, datetime

from stenofleet_api.problems import FieldError, InvalidRequest, shown


def written(at: datetime, name: uuid.UUID) -> str:
    """The place as text."""
    place = json.dumps([at.isoformat(), str(name)])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read(text: str) -> tuple[datetime, uuid.UUID]:
    """The place, its time in UTC.

    Raises:
        InvalidRequest: the text is none of ours.
    """
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        at, name = json.loads(raw)
        return datetime.fromisoformat(at).astimezone(UTC), uuid.UUID(name)
    except (binascii.Error, ValueError, TypeError, AttributeError, OverflowError):
        expected = "next_cursor of an earlier answer"
        told = FieldError(field="query.cursor", expected=expected, got=shown(repr(text)))
        raise InvalidRequest([told]) from None
