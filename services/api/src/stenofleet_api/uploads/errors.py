"""What is wrong with an upload."""

from stenofleet_api.problems import ProblemError
from stenofleet_api.sessions.errors import StateConflict
from stenofleet_api.uploads.audio import ACCEPTED

_EXTENSIONS = ", ".join(sorted(ACCEPTED))


class NotAudio(ProblemError):  # noqa: N818 - named as the problem is
    """The file's content is no recording."""

    slug, title, status = "not-audio", "The file is no recording", 415

    def __init__(self) -> None:
        """Tells what is taken."""
        super().__init__(
            "The file's content is no audio that is known here; "
            f"expected a recording of one of these kinds: {_EXTENSIONS}."
        )


class UnsupportedExtension(ProblemError):  # noqa: N818 - named as the problem is
    """The file's name ends in what is not taken."""

    slug, title, status = "unsupported-extension", "This kind of file is not taken", 415

    def __init__(self, got: str) -> None:
        """Tells what is taken, and what came."""
        super().__init__(f"Expected a file name that ends in one of {_EXTENSIONS}; got {got}.")


class NotMultipart(ProblemError):  # noqa: N818 - named as the problem is
    """The body is no multipart form."""

    slug, title, status = "not-multipart", "The body is no multipart form", 415


class EmptyFile(ProblemError):  # noqa: N818 - named as the problem is
    """The file has no content."""

    slug, title, status = "empty-file", "The file is empty", 422

    def __init__(self) -> None:
        """Tells what to do."""
        super().__init__("The file has 0 bytes; upload a recording.")


class FileTooLarge(ProblemError):  # noqa: N818 - named as the problem is
    """The file is above the limit."""

    slug, title, status = "file-too-large", "The file is too large", 413

    def __init__(self, limit: int) -> None:
        """Tells the limit."""
        super().__init__(
            f"The file is larger than {limit} bytes, the most that is taken; nothing was kept.",
            limit_bytes=limit,
        )


class EmptyRecording(ProblemError):  # noqa: N818 - named as the problem is
    """The file is a recording of nothing."""

    slug, title, status = "empty-recording", "The recording has no sound", 422

    def __init__(self) -> None:
        """Tells what to do."""
        super().__init__("The recording is 0 seconds long; upload one with sound in it.")


class RecordingTooLong(ProblemError):  # noqa: N818 - named as the problem is
    """The recording lasts longer than the limit."""

    slug, title, status = "recording-too-long", "The recording is too long", 422

    def __init__(self, limit: int, got: float) -> None:
        """Tells the limit, and what came."""
        super().__init__(
            f"Expected a recording of at most {limit} seconds, got one of {got:.0f}; "
            "cut it into parts, each for a session of its own.",
            limit_seconds=limit,
        )


class UnreadableRecording(ProblemError):  # noqa: N818 - named as the problem is
    """The recording takes down what opens it."""

    slug, title, status = "unreadable-recording", "The recording cannot be opened", 422

    def __init__(self) -> None:
        """Tells what to do."""
        super().__init__(
            "To open the recording takes more memory or time than any needs, so it is damaged; "
            "save it anew as another kind of file, and upload that."
        )


class UploadRefused(StateConflict):
    """The session takes no recording any more."""

    slug, title = "upload-refused", "The session takes no recording now"


class UploadMissing(StateConflict):
    """Nothing was uploaded that could be confirmed."""

    slug, title = "upload-missing", "Nothing was uploaded yet"


class InvalidUploadUrl(ProblemError):  # noqa: N818 - named as the problem is
    """The upload URL was not made by this API, or was changed."""

    slug, title, status = "invalid-upload-url", "The upload URL is not valid", 403


class ExpiredUploadUrl(InvalidUploadUrl):
    """The upload URL serves no more."""

    slug, title = "expired-upload-url", "The upload URL has expired"


class UploadClosed(ProblemError):  # noqa: N818 - named as the problem is
    """The upload was confirmed, or another took its place."""

    slug, title, status = "upload-closed", "The upload is closed", 410

    def __init__(self) -> None:
        """Tells what to do."""
        super().__init__(
            "The upload was confirmed, or a newer one took its place; "
            "ask for another upload URL to replace the recording."
        )
