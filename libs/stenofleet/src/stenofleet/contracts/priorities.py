"""Priorities of messages in Redis, where 0 goes first, and is what a message without one gets."""

from enum import IntEnum


class Priority(IntEnum):
    """Whose task starts first; each has a list of its own for every queue."""

    INTERACTIVE = 0
    """Somebody waits for the answer."""
    BATCH = 6
    """Everything else, housekeeping too: an unlabelled task must not overtake people."""
