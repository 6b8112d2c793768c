"""Sends one message, once."""

import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Final

import certifi
import httpcore
from stenofleet import webhooks
from stenofleet.errors import TargetRefused
from stenofleet.settings import WebhookSettings

from stenofleet_worker.webhooks.connection import CheckedBackend, Resolver, resolve

ANSWER_SECONDS: Final = 10.0
"""Until a receiver must have answered, from the look-up of its name on."""
AGENT: Final = "Stenofleet-Webhook/1"

_NETWORK = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


@dataclass(frozen=True)
class Outgoing:
    """A message and where it goes."""

    id: str
    url: str
    secret: str
    content: bytes


@dataclass(frozen=True)
class Outcome:
    """What came of a try."""

    status: int | None = None
    """HTTP's; None when no answer came."""
    error: str | None = None
    retry_after: float | None = None
    """Seconds, as the receiver wished."""
    refused: bool = False
    """We may not send there."""

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP's


class Sender:
    """Sends to receivers whose addresses the settings allow; for threads."""

    def __init__(
        self,
        settings: WebhookSettings,
        resolver: Resolver = resolve,
        seconds: float = ANSWER_SECONDS,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """``resolver`` finds a name's addresses; ``trusted`` checks the receivers' certificates."""
        self._settings = settings
        self._resolver = resolver
        self._seconds = seconds
        self._given = trusted

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        """The system's authorities, or SSL_CERT_FILE's, and those that Mozilla trusts."""
        if self._given is not None:
            return self._given
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context

    def send(self, message: Outgoing) -> Outcome:
        """One POST, without redirects and proxies; what goes wrong is told and never raised."""
        try:
            webhooks.check_url(message.url, self._settings)
            return self._post(message)
        except TargetRefused as error:
            return Outcome(error=f"not sent: {error}", refused=True)
        except _NETWORK as error:
            return Outcome(error=_told(error))

    def _post(self, message: Outgoing) -> Outcome:
        backend = CheckedBackend(self._resolver, self._check, self._seconds)
        with (
            httpcore.ConnectionPool(self._trusted, network_backend=backend) as pool,
            # Only the answer's head is read: its body may be endless, and says nothing to us.
            pool.stream(
                "POST", message.url, headers=_headers(message), content=message.content
            ) as answer,
        ):
            return _outcome(answer)

    def _check(self, address: str) -> None:
        webhooks.check_address(address, self._settings)


def _headers(message: Outgoing) -> list[tuple[bytes | str, bytes | str]]:
    timestamp = int(time.time())
    signature = webhooks.sign(message.secret, message.id, timestamp, message.content)
    return [
        ("content-type", "application/json"),
        ("user-agent", AGENT),
        ("webhook-id", message.id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", signature),
    ]


def _outcome(answer: httpcore.Response) -> Outcome:
    status = answer.status
    error = None if Outcome(status).is_delivered else f"the receiver answered {status}"
    wish = _header(answer, b"retry-after")
    return Outcome(status, error, retry_after(wish.decode("latin-1")) if wish else None)


def _header(answer: httpcore.Response, name: bytes) -> bytes | None:
    return next((value for key, value in answer.headers if key.lower() == name), None)


def retry_after(text: str) -> float | None:
    """Seconds from now, as ``Retry-After`` says in seconds or as a date; None if it says neither.

    >>> retry_after("120"), retry_after("soon")
    (120.0, None)
    """
    if text.strip().isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _told(error: Exception) -> str:
    """What went wrong, without what a receiver wrote."""
    if isinstance(error, httpcore.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpcore.ProtocolError):
        return "the answer is no HTTP"
    return f"no connection: {error}"
