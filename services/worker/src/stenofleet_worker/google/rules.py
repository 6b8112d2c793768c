"""What becomes of a call that Google refused: again, when, or never."""

from dataclasses import dataclass
from typing import Final

from stenofleet_worker.google.base import Refused


@dataclass(frozen=True)
class Patience:
    """How often something is tried again: after ``first`` seconds, then twice as long each time."""

    first: float
    longest: float
    tries: int


SHORT: Final = Patience(first=5, longest=300, tries=20)
"""For what is over in minutes: an hour and a half in all."""

LONG: Final = Patience(first=60, longest=1800, tries=50)
"""For a quota, which may be one of a day: about a day in all."""

AGAIN: Final = {
    "UNAVAILABLE": SHORT,
    "DEADLINE_EXCEEDED": SHORT,
    "INTERNAL": SHORT,
    "ABORTED": SHORT,
    "RESOURCE_EXHAUSTED": LONG,
}
"""All other codes are final."""

_FINAL: Final = {
    "PERMISSION_DENIED": "Google refuses this installation: whoever runs it finds more in its log.",
    "UNAUTHENTICATED": "Google does not accept this installation's credentials: whoever runs it "
    "finds more in its log.",
    "NOT_FOUND": "Google does not find the recording, or the operation on it: try it again.",
    "CANCELLED": "Google has cancelled the operation: try it again.",
}


def pause(refused: Refused, tries: int) -> float | None:
    """Seconds until the next try after ``tries`` (from 1) that failed; None for never."""
    patience = AGAIN.get(refused.code)
    if patience is None or tries >= patience.tries:
        return None
    return float(min(patience.longest, patience.first * 2 ** (tries - 1)))


def sentence(refused: Refused) -> str:
    """Why a session fails, for its user."""
    if refused.code == "INVALID_ARGUMENT":
        return f"Google cannot transcribe this recording: {refused.message.rstrip('.')}."
    if refused.code in AGAIN:
        return f"Google did not answer as it should, however often it was tried ({refused.code})."
    return _FINAL.get(refused.code, f"Google refused the recording ({refused.code}).")
