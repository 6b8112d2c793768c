"""How far an operation is, and when to look again."""

import math
from typing import Final

from stenofleet_worker.transcription.progress import ALMOST

SOONEST: Final = 5.0
LATEST: Final = 30.0
"""Seconds between two looks: a tenth of what it has taken, within these."""

GIVE_UP: Final = 26 * 3600.0
"""Seconds after which an operation counts as lost: Google may take 24 hours for a cheap one."""

_SHARE: Final = 0.2
"""Of a recording's length, what Google often takes: only to move the bar."""

_LEAST: Final = 30.0
_GUESSED: Final = 90.0
"""Percent that the clock alone never reaches."""


def next_look(elapsed: float) -> float:
    """Seconds until the next look at an operation that has run for ``elapsed``."""
    return min(LATEST, max(SOONEST, elapsed / 10))


def percent(told: float, elapsed: float, seconds: float | None) -> float:
    """Percent to show, never 100.

    Args:
        told: Google's own, which may stay 0 until the end.
        elapsed: seconds since the operation was submitted.
        seconds: the recording's length; None when nobody knows.
    """
    expected = max(_LEAST, _SHARE * (seconds or 0))
    guessed = _GUESSED * (1 - math.exp(-max(0.0, elapsed) / expected))
    return round(min(ALMOST, told or guessed), 1)
