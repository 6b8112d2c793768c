"""Why movements are not taken, or not told of."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from redis import RedisError
from redis.exceptions import OutOfMemoryError
from stenofleet.errors import ListFull

from stenofleet_api.problems import ProblemError, ServiceUnavailable

log = structlog.get_logger(__name__)

RETRY_SECONDS = 5
"""In which a fleet that grows has made room, or Redis was started again."""
_RETRY = {"Retry-After": str(RETRY_SECONDS)}


class QueueFull(ProblemError):  # noqa: N818 - named as the problem is
    """As many movements wait as may."""

    slug, title, status = "queue-full", "The queue of movements is full", 429

    def __init__(self, full: ListFull) -> None:
        """``Retry-After`` tells when to come again."""
        super().__init__(
            f"Nothing of this request was taken: {full}; try again in {RETRY_SECONDS} s.",
            _RETRY,
            queue_length=full.length,
            limit=full.limit,
        )


class QueueAway(ServiceUnavailable):
    """Redis, where the queue is, does not answer."""

    slug, title = "queue-away", "The queue of movements is away"

    def __init__(self, reason: str = "does not answer") -> None:
        """``reason`` completes "Redis ..."; it never holds an address."""
        super().__init__(
            f"Redis {reason}; try again in some seconds, with the same event_id in what has one.",
            _RETRY,
        )


class QueueOutOfMemory(QueueAway):
    """Redis has no memory left for more."""

    slug, title = "queue-out-of-memory", "The queue of movements has no memory left"

    def __init__(self) -> None:
        """Tells that nothing was taken."""
        super().__init__("has no memory left, and nothing of this request was taken")


class NothingTaken(ProblemError):  # noqa: N818 - named as the problem is
    """All movements of the request are wrong."""

    slug, title, status = "nothing-taken", "None of the movements can be taken", 422

    def __init__(self, rejected: list[dict[str, Any]]) -> None:
        """Each of them says what is wrong with it."""
        first = rejected[0]["errors"][0]
        told = f"[{rejected[0]['index']}].{first['field']}: {first['expected']}, got {first['got']}"
        super().__init__(
            f"None of the {len(rejected)} movements can be taken, `rejected` says why: {told}.",
            rejected=rejected,
        )


class NotConfirmed(ProblemError):  # noqa: N818 - named as the problem is
    """The installation wants it confirmed."""

    slug, title, status = "not-confirmed", "Confirm that it should be done", 409

    def __init__(self) -> None:
        """Tells how."""
        super().__init__(
            "Movements that wait would be gone for ever, so nothing was done; "
            'send {"confirm": true} as the body to have it done.'
        )


class NoAnswerOfWorkers(ServiceUnavailable):
    """No worker did the task in time."""

    slug, title = "no-answer-of-workers", "No worker did the task"


class TooDeep(ProblemError):  # noqa: N818 - named as the problem is
    """The page is too far from the first one."""

    slug, title, status = "page-too-deep", "The page is too deep to be counted to", 422

    def __init__(self, deepest: int) -> None:
        """Tells the other way."""
        super().__init__(
            f"Expected a page among the first {deepest} movements; "
            "go deeper with `cursor`, the next_cursor of the page before."
        )


@contextmanager
def queue_told() -> Iterator[None]:
    """Makes problems of the errors of the list and of Redis."""
    try:
        yield
    except ListFull as full:
        raise QueueFull(full) from None
    except OutOfMemoryError:
        raise QueueOutOfMemory from None
    except RedisError as error:
        log.warning("the queue of movements is away", error=type(error).__name__)
        raise QueueAway from None
