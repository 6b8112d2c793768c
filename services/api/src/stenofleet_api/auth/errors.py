"""Why a request is not served to who asks."""

from collections.abc import Iterable

from stenofleet.keys import Scope

from stenofleet_api.problems import ProblemError

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="stenofleet"'}


class Unauthenticated(ProblemError):  # noqa: N818 - named as the problem is
    """The request bears no valid key."""

    slug, title, status = "unauthenticated", "A key is needed", 401

    def __init__(self, reason: str) -> None:
        """Tells how a key is sent; ``reason`` never holds one."""
        super().__init__(
            f"{reason} Expected a key as `Authorization: Bearer sf_...` or `X-API-Key: sf_...`.",
            CHALLENGE,
        )


class ScopeMissing(ProblemError):  # noqa: N818 - named as the problem is
    """The key may not be used for this."""

    slug, title, status = "scope-missing", "The key may not be used for this", 403

    def __init__(self, needed: Scope, given: Iterable[Scope]) -> None:
        """Names the scope that lacks, and what the key has."""
        has = ", ".join(sorted(given)) or "none"
        super().__init__(
            f"Expected a key with the scope {needed}; this one has: {has}.", scope=needed.value
        )


class RateLimited(ProblemError):  # noqa: N818 - named as the problem is
    """The key was used too often within a minute."""

    slug, title, status = "rate-limited", "Too many requests", 429

    def __init__(self, per_minute: int, retry_seconds: int) -> None:
        """``Retry-After`` tells when to come again."""
        super().__init__(
            f"Expected at most {per_minute} requests a minute with this key; "
            f"try again in {retry_seconds} s.",
            {"Retry-After": str(retry_seconds)},
            limit_per_minute=per_minute,
        )
