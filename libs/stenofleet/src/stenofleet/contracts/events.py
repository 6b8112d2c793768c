"""What is told of a session while it lives."""

from enum import StrEnum


class EventName(StrEnum):
    """What happened; webhooks name these, too."""

    CREATED = "session.created"
    STARTED = "session.started"
    PROGRESS = "session.progress"
    """Not to webhooks, which would be flooded."""
    COMPLETED = "session.completed"
    FAILED = "session.failed"
    CANCELLED = "session.cancelled"
    DELETED = "session.deleted"
