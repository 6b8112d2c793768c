"""What is wrong with a request for a session."""

import uuid

from stenofleet.contracts.states import SessionState

from stenofleet_api.problems import ProblemError


class SessionNotFound(ProblemError):  # noqa: N818 - named as the problem is
    """There is no session with this id."""

    slug, title, status = "session-not-found", "No such session", 404

    def __init__(self, session_id: uuid.UUID) -> None:
        """Names the session."""
        super().__init__(f"There is no session {session_id}; GET /api/v1/sessions lists yours.")


class StateConflict(ProblemError):  # noqa: N818 - named as the problem is
    """The session's state does not allow it."""

    slug, title, status = "state-conflict", "The session's state does not allow it", 409

    def __init__(self, state: str, detail: str) -> None:
        """The state is a member of the problem."""
        super().__init__(detail, state=SessionState(state).value)


class RecordingMissing(StateConflict):
    """The session has no recording yet."""

    slug, title = "recording-missing", "The session has no recording"


class AlreadyStarted(StateConflict):
    """The session's transcription was started before."""

    slug, title = "already-started", "The transcription was started before"


class NotFailed(StateConflict):
    """Only what failed can be tried again."""

    slug, title = "not-failed", "Only a failed session can be tried again"


class TranscriptNotReady(StateConflict):
    """The transcript does not exist yet."""

    slug, title = "transcript-not-ready", "The transcript is not ready"
