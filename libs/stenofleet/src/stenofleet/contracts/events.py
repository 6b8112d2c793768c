"""What is told of a session while it lives: over Server-Sent Events, and to webhooks."""

from enum import StrEnum
from typing import Final


class EventName(StrEnum):
    """What happened; webhooks name these, too."""

    CREATED = "session.created"
    STARTED = "session.started"
    PROGRESS = "session.progress"
    """Only on the stream: webhooks would be flooded."""
    COMPLETED = "session.completed"
    FAILED = "session.failed"
    CANCELLED = "session.cancelled"
    DELETED = "session.deleted"


STREAM: Final = "stenofleet:events"
"""The Redis Stream of all events; fields: owner, session, event, data (JSON)."""
