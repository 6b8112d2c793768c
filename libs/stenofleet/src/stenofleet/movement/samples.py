"""Movements that nobody made, to see that theirs would arrive."""

import uuid
from datetime import UTC, datetime

from stenofleet.db.models.base import DEFAULT_OWNER
from stenofleet.movement.events import Movement


def sample(number: int) -> Movement:
    """A person that walks along; any kind of id serves beside a time."""
    x, y = 10.0 * (number % 100), 50.0
    return Movement(
        event_id=uuid.uuid4(),
        occurred_at=datetime.now(UTC),
        owner_id=DEFAULT_OWNER,
        user_id=f"sample-{number % 10}",
        track_id=number,
        bbox=(x, y, x + 80, y + 200),
        state="walking",
        store="sample-store",
        location=f"Area_({int(x + 40)},{int(y + 100)})",
        camera_id="sample-camera",
    )
