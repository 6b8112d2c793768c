"""The worker's errors, as a tree.

StenofleetError
└── WorkerError
    ├── RecordingError        the recording cannot be transcribed, now or later
    │   ├── NotAudio          it is no audio
    │   ├── TooLong           it is longer than the limit
    │   └── UnsupportedLanguage
    ├── Interrupted           the worker is asked to stop
    └── LeaseLost             the session is another's, or was cancelled
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


class Interrupted(WorkerError):  # noqa: N818 - as above
    """The worker is asked to stop; what is finished is kept."""


class LeaseLost(WorkerError):  # noqa: N818 - as above
    """The session belongs to another delivery by now, or was cancelled."""
