"""What is wrong with subtitles."""

from stenofleet_api.problems import ProblemError


class InvalidSubtitles(ProblemError):  # noqa: N818 - named as the problem is
    """The file cannot be read as subtitles; nothing was changed."""

    slug, title, status = "invalid-subtitles", "The subtitles cannot be read", 422

    def __init__(self, line: int, reason: str) -> None:
        """``line`` counts from 1; ``reason`` says what was expected and what came."""
        super().__init__(f"line {line}: {reason}", line=line, reason=reason)


class SubtitlesTooLarge(ProblemError):  # noqa: N818 - named as the problem is
    """The file is longer than any transcript."""

    slug, title, status = "subtitles-too-large", "The subtitles are too large", 413

    def __init__(self, limit: int) -> None:
        """Tells the limit in bytes."""
        super().__init__(f"Expected subtitles of at most {limit} bytes.", limit_bytes=limit)
