"""What a speaker is in a conversation."""

from enum import StrEnum


class Role(StrEnum):
    """Of a speaker in a whole session, or of a single segment."""

    COACH = "COACH"
    CLIENT = "CLIENT"
    UNKNOWN = "UNKNOWN"
