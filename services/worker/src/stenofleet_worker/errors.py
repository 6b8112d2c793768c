"""The worker's errors, as a tree.

StenofleetError
└── WorkerError
    ├── RecordingError        the recording cannot be transcribed, now or later
    │   ├── NotAudio          it is no audio
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


class UnsupportedLanguage(RecordingError):  # noqa: N818 - as above
    """The engine does not know the language."""


class Interrupted(WorkerError):  # noqa: N818 - as above
    """The worker is asked to stop; what is finished is kept."""


class LeaseLost(WorkerError):  # noqa: N818 - as above
    """The session belongs to another delivery by now, or was cancelled."""
