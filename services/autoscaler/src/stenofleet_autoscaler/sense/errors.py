"""Why something could not be seen. No message holds a URL or a password."""

from redis import RedisError
from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    MasterDownError,
    NoPermissionError,
    ResponseError,
)


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
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return Unseen("BrokerTimeout", "Redis did not answer in time")
    if isinstance(error, MasterNotFoundError):
        return Unseen("NoMaster", "no Sentinel names a master that answers")
    for kind, code in _CODES.items():  # redis-py has cut the code off their text
        if isinstance(error, kind):
            return explain_text(code)
    if isinstance(error, ResponseError):
        return explain_text(str(error))
    if isinstance(error, RedisError | OSError):
        return explain_text(str(error), otherwise=("BrokerUnreachable", "no connection to Redis"))
    raise error


def explain_text(text: str, otherwise: tuple[str, str] | None = None) -> Unseen:
    """The same for an error as Redis wrote it."""
    for codes, reason, message in _KNOWN:
        if any(code in text for code in codes):
            return Unseen(reason, message)
    return Unseen(*(otherwise or ("BrokerRefused", f"Redis answered {_code(text)}")))


_CODES = {
    AuthenticationError: "WRONGPASS",
    BusyLoadingError: "LOADING",
    MasterDownError: "MASTERDOWN",
    NoPermissionError: "NOPERM",
}

_KNOWN = (
    (("LOADING",), "BrokerLoading", "Redis is loading its data"),
    (
        ("NOAUTH", "WRONGPASS", "invalid username-password", "without any password configured"),
        "AccessDenied",
        "Redis refuses the user or the password of the URL",
    ),
    (
        # The last is how Redis 6 says it to a script.
        ("NOPERM", "ACL failure", "The user executing the script"),
        "AccessDenied",
        "an ACL keeps the URL's user from what is needed; EVALSHA and EVAL belong to it",
    ),
    (("WRONGTYPE",), "WrongType", "a key is not of the type that Celery or the pool's list has"),
    (("BUSY",), "BrokerBusy", "Redis runs a script of somebody else's"),
    (
        ("CERTIFICATE_VERIFY_FAILED",),
        "CertificateNotTrusted",
        "the CA that is given does not vouch for the certificate of Redis, or for its host name",
    ),
    (("DB index",), "BrokerRefused", "Redis has no database of the URL's number"),
    (("MASTERDOWN",), "NoMaster", "the replica that answers has lost its master"),
)


def _code(text: str) -> str:
    word = text.split(maxsplit=1)[0] if text else ""
    return word if word.isupper() and word.isalpha() else "an error"
