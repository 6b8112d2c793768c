"""The worker's errors, as a tree.

StenofleetError
└── WorkerError
    ├── RecordingError        the recording cannot be transcribed, now or later
    │   ├── NotAudio          it is no audio
    │   ├── TooLong           it is longer than the limit
    │   └── UnsupportedLanguage
    ├── UnknownSession        no session has this id
    ├── Interrupted           the worker is asked to stop
    ├── LeaseLost             the session is another's, or was cancelled
    └── MovementsLeft         Redis or PostgreSQL is away; movements wait on
"""

from stenofleet.errors import StenofleetError


class WorkerError(StenofleetError):
    """Root of the worker's errors."""


class RecordingError(WorkerError):
    """The recording cannot be transcribed, now or later; the text is the session's error."""


class NotAudio(RecordingError):  # noqa: N818 - reads as what it says in an except clause
    """The recording is no audio that can be decoded."""


class TooLong(RecordingError):  # noqa: N818 - as above
    """The recording is longer than the limit; only a worker finds out about some."""

    def __init__(self, limit: int) -> None:
        """Tells the limit in seconds, and what to do."""
        super().__init__(
            f"Expected a recording of at most {limit} seconds, and this one is longer; cut it "
            "into parts, each for a session of its own."
        )


class UnsupportedLanguage(RecordingError):  # noqa: N818 - as above
    """The engine does not know the language."""


class UnknownSession(WorkerError):  # noqa: N818 - as above
    """No session has this id; says so in a sentence."""


class Interrupted(WorkerError):  # noqa: N818 - as above
    """The worker is asked to stop; what is finished is kept."""


class LeaseLost(WorkerError):  # noqa: N818 - as above
    """The session belongs to another delivery by now, or was cancelled."""


class MovementsLeft(WorkerError):  # noqa: N818 - as above
    """Redis or PostgreSQL is away, or refuses; what was not written goes back to the list."""

    def __init__(self, who: str, error: Exception) -> None:
        """The text of ``error`` may hold an address with a password, and is left out."""
        super().__init__(
            f"{who} is away or refuses ({type(error).__name__}); the movements that were taken "
            "go back to the list, and another run writes them"
        )
