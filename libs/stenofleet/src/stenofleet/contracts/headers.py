"""Message headers that the library adds to Celery's own."""

from typing import Final

ENQUEUED_AT: Final = "sf_enqueued_at"
"""Epoch milliseconds of the last publish."""

WORK_SECONDS: Final = "sf_work_seconds"
"""Expected work in seconds: the length of what the task itself transcribes."""

ATTEMPT: Final = "sf_attempt"
"""The session's fencing number at the time of the publish."""

DELIVERY: Final = "sf_delivery"
"""Which sending of a window's message it is, from 1: an earlier one is void."""
