"""Why something could not be seen. No message holds a URL or a password."""

from redis import RedisError
from redis.exceptions import AuthenticationError, BusyLoadingError, ResponseError


class Unseen(Exception):  # noqa: N818 - it is a state of knowledge that is reported, no defect
    """Something did not answer: what it would have said is unknown.

    Attributes:
        reason: one word for it, stable.
        message: the same in a sentence.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message


def explain(error: Exception) -> Unseen:
    """Why a broker did not answer, without a word of what was sent to it."""
    if isinstance(error, BusyLoadingError):
        return Unseen("BrokerLoading", "Redis is loading its data")
    if isinstance(error, AuthenticationError) or _says(error, "NOAUTH", "WRONGPASS", "NOPERM"):
        return Unseen("AccessDenied", "Redis refuses the user or the password of the URL")
    if _says(error, "WRONGTYPE"):
        return Unseen("WrongType", "a key of the queue is not of Celery's type")
    if isinstance(error, ResponseError):
        return Unseen("BrokerRefused", f"Redis answered {_code(error)}")
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return Unseen("BrokerTimeout", "Redis did not answer in time")
    if isinstance(error, RedisError | OSError):
        return Unseen("BrokerUnreachable", "no connection to Redis")
    raise error


def _says(error: Exception, *codes: str) -> bool:
    return isinstance(error, RedisError) and any(code in str(error) for code in codes)


def _code(error: Exception) -> str:
    word = str(error).split(maxsplit=1)[0] if str(error) else ""
    return word if word.isupper() and word.isalpha() else "an error"
