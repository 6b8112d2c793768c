"""The states of a session and the ways between them."""

from enum import StrEnum
from typing import Final


class SessionState(StrEnum):
    """A session's state, as users read it."""

    UPLOADING = "uploading"
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


ALLOWED: Final[dict[SessionState, frozenset[SessionState]]] = {
    SessionState.UPLOADING: frozenset(
        {SessionState.PENDING, SessionState.FAILED, SessionState.CANCELLED}
    ),
    # A pending session becomes pending again when its message was lost, and processing when its
    # lease ran out: both are republished, not changed by a user.
    SessionState.PENDING: frozenset(
        {SessionState.PROCESSING, SessionState.FAILED, SessionState.CANCELLED}
    ),
    SessionState.PROCESSING: frozenset(
        {SessionState.COMPLETED, SessionState.FAILED, SessionState.CANCELLED}
    ),
    SessionState.COMPLETED: frozenset({SessionState.PROCESSING}),
    SessionState.FAILED: frozenset({SessionState.PROCESSING, SessionState.UPLOADING}),
    SessionState.CANCELLED: frozenset({SessionState.UPLOADING}),
}


ENDED: Final = frozenset({SessionState.COMPLETED, SessionState.FAILED, SessionState.CANCELLED})
"""States that only a person leads out of."""


def may_become(now: SessionState, then: SessionState) -> bool:
    """Whether a session in state ``now`` may be brought to ``then``."""
    return then in ALLOWED[now]
