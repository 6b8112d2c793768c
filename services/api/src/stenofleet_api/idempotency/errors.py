"""Why a request with an ``Idempotency-Key`` is not served."""

from stenofleet_api.problems import FieldError, InvalidRequest, ProblemError, shown

RETRY_SECONDS = "1"


class KeyReused(ProblemError):  # noqa: N818 - named as the problem is
    """The Idempotency-Key came with another request before."""

    slug, title, status = "idempotency-key-reused", "The key stands for another request", 422

    def __init__(self) -> None:
        """Says what a key stands for."""
        super().__init__(
            "This Idempotency-Key came with another method, path or body within 24 hours; "
            "expected the same request, or a new key."
        )


class StillRunning(ProblemError):  # noqa: N818 - named as the problem is
    """The first request with this Idempotency-Key is under way."""

    slug, title, status = "request-in-progress", "The first request is under way", 409

    def __init__(self) -> None:
        """``Retry-After`` says when to come again."""
        super().__init__(
            "The first request with this Idempotency-Key is under way; come again in a moment.",
            {"Retry-After": RETRY_SECONDS},
        )


class WrongKey(InvalidRequest):
    """The Idempotency-Key has a form that is not taken."""

    def __init__(self, name: str, most: int, got: str) -> None:
        """Names the header."""
        expected = f"1 to {most} printable ASCII characters"
        super().__init__(
            [FieldError(field=f"header.{name}", expected=expected, got=shown(repr(got)))]
        )
