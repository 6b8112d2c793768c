"""When a message is tried again."""

import random
from typing import Final

from stenofleet.webhooks import DeliveryState

from stenofleet_worker.webhooks.sender import Outcome

FIRST_SECONDS: Final = 5.0
"""Until the second try; each further wait is twice as long."""
LONGEST_SECONDS: Final = 6 * 3600.0
MOST_TRIES: Final = 16
"""With these waits, the last try comes a day after the first."""
SPREAD: Final = 0.2
"""Part of a wait by which it varies: what failed together must not come back together."""

_WORTH_TRYING: Final = frozenset({408, 429})
"""Answers below 500 that may be others later."""


def state_after(outcome: Outcome, tries: int) -> DeliveryState:
    """Where a delivery is after its try number ``tries``, which counts from 1."""
    if outcome.is_delivered:
        return DeliveryState.DELIVERED
    if tries >= MOST_TRIES or not _may_change(outcome):
        return DeliveryState.FAILED
    return DeliveryState.PENDING


def wait_seconds(tries: int, wish: float | None, luck: float | None = None) -> float:
    """Seconds from try number ``tries`` to the next.

    Args:
        tries: counts from 1.
        wish: what the receiver asked for; kept, but for more than the longest wait.
        luck: from 0 to 1, for tests.
    """
    usual = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** (tries - 1))
    drawn = random.random() if luck is None else luck  # noqa: S311 - no secret
    spread = usual * (1 - SPREAD + 2 * SPREAD * drawn)
    return max(spread, min(wish or 0.0, LONGEST_SECONDS))


def _may_change(outcome: Outcome) -> bool:
    if outcome.refused:
        return False
    status = outcome.status
    return status is None or status >= 500 or status in _WORTH_TRYING  # noqa: PLR2004 - HTTP's
