"""How a session's state changes: by the table of the contracts, or with a sentence."""

from stenofleet.contracts.states import SessionState, may_become
from stenofleet.db.models import TranscriptionSession

from stenofleet_api.sessions.errors import StateConflict


def enter(session: TranscriptionSession, state: SessionState) -> None:
    """Brings a locked session to ``state``.

    Raises:
        StateConflict: the table does not allow it.
    """
    now = SessionState(session.status)
    if not may_become(now, state):
        raise StateConflict(now, f"The session is {now} and cannot become {state}.")
    session.status = state.value


def takes_recording(session: TranscriptionSession) -> bool:
    """Whether a recording may be uploaded: before the start, or to begin anew."""
    now = SessionState(session.status)
    return now is SessionState.UPLOADING or may_become(now, SessionState.UPLOADING)
