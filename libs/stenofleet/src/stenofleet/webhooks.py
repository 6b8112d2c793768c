"""Callbacks: who hears of an event, and what is signed (extra: db).

The form of messages, signatures and secrets is that of Standard Webhooks
(https://www.standardwebhooks.com), for which receivers find libraries in their language.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import SplitResult

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from stenofleet.addresses import is_address, is_public
from stenofleet.contracts.events import EventName
from stenofleet.db.models import TranscriptionSession, Webhook, WebhookDelivery
from stenofleet.errors import TargetRefused
from stenofleet.secret_urls import split
from stenofleet.settings import WebhookSettings

PING: Final = "webhook.ping"
"""The event of a delivery that a user asks for, to see that it arrives."""

TOLD: Final = tuple(event for event in EventName if event is not EventName.PROGRESS)
"""What webhooks hear of."""

KEPT: Final = timedelta(days=30)
"""How long a delivery that ended can be looked at and replayed."""
REMOVED_AT_ONCE: Final = 1000

SECRET_WORD: Final = "whsec_"  # noqa: S105 - how every secret begins
SECRET_BYTES: Final = (24, 64)
"""Fewest and most, by the standard."""


class DeliveryState(StrEnum):
    """Where a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


def enqueue(
    db: Session,
    session: TranscriptionSession,
    event: EventName,
    data: Mapping[str, Any] | None = None,
) -> Sequence[WebhookDelivery]:
    """Writes a delivery for every webhook that hears of ``event``, in the caller's transaction.

    Call it after the session's change and before the commit; ``data`` must be fit for JSON and is
    added to the session's id, title and status. Progress is told to nobody.
    """
    if event not in TOLD:
        return []
    told = {"session_id": str(session.id), "title": session.title, "status": session.status}
    payload = message(event, {**told, **(data or {})})
    rows = [delivery(hook, payload, session.id) for hook in db.scalars(_hearers(session, event))]
    db.add_all(rows)
    return rows


def remove_old(db: Session) -> int:
    """Removes deliveries that ended `KEPT` ago, a bounded number; returns how many."""
    ended = WebhookDelivery.state != DeliveryState.PENDING.value
    old = select(WebhookDelivery.id).where(ended, WebhookDelivery.created_at < func.now() - KEPT)
    chosen = old.limit(REMOVED_AT_ONCE).with_for_update(skip_locked=True)
    named = WebhookDelivery.id.in_(chosen)
    return len(db.scalars(delete(WebhookDelivery).where(named).returning(WebhookDelivery.id)).all())


def message(event: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A message's body."""
    return {"type": event, "timestamp": datetime.now(UTC).isoformat(), "data": dict(data)}


def delivery(
    hook: Webhook, payload: dict[str, Any], session_id: uuid.UUID | None
) -> WebhookDelivery:
    """A row that is due at once; the caller adds it."""
    return WebhookDelivery(
        webhook_id=hook.id,
        owner_id=hook.owner_id,
        session_id=session_id,
        event=payload["type"],
        payload=payload,
    )


def body(payload: Mapping[str, Any]) -> bytes:
    """What is sent and signed: the same bytes for every try, whatever the database's order."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()


def sign(secret: str, message_id: str, timestamp: int, content: bytes) -> str:
    """The value of ``webhook-signature``."""
    signed = f"{message_id}.{timestamp}.".encode() + content
    digest = hmac.new(_signing_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def new_secret() -> str:
    """A secret of 32 random bytes."""
    return SECRET_WORD + base64.b64encode(secrets.token_bytes(32)).decode()


def is_secret(text: str) -> bool:
    """Whether ``text`` is ``whsec_`` and base64 of 24 to 64 bytes."""
    fewest, most = SECRET_BYTES
    try:
        return text.startswith(SECRET_WORD) and fewest <= len(_signing_key(text)) <= most
    except (binascii.Error, ValueError):
        return False


def check_url(url: str, settings: WebhookSettings) -> None:
    """Returns when messages may be sent there, as far as the URL tells; names are checked later.

    Raises:
        TargetRefused: says what was expected.
    """
    parts = _parts(url)
    schemes = ("https", "http") if settings.webhook_allow_http else ("https",)
    if parts.scheme not in schemes:
        raise TargetRefused(f"expected a URL that begins with {' or '.join(schemes)}://")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise TargetRefused("expected a URL with a host, and without user and password")
    if is_address(parts.hostname):
        check_address(parts.hostname, settings)


def _parts(url: str) -> SplitResult:
    try:
        parts = split(url)
    except ValueError as error:
        raise TargetRefused(str(error)) from None
    if not url.isascii() or any(letter <= " " for letter in url):
        raise TargetRefused("expected a URL in ASCII, without spaces (hosts as xn--...)")
    return parts


def check_address(address: str, settings: WebhookSettings) -> None:
    """Returns when a connection may be made to this address.

    Raises:
        TargetRefused: it is none of the public internet's.
    """
    if not settings.webhook_allow_private and not is_public(address):
        raise TargetRefused(
            f"expected a host with public addresses only, got {address} "
            "(STENOFLEET_WEBHOOK_ALLOW_PRIVATE lets others pass)"
        )


def _hearers(session: TranscriptionSession, event: EventName) -> Select[Webhook]:
    return select(Webhook).where(
        Webhook.owner_id == session.owner_id,
        Webhook.active,
        or_(Webhook.session_id.is_(None), Webhook.session_id == session.id),
        or_(func.jsonb_array_length(Webhook.events) == 0, Webhook.events.contains([event.value])),
    )


def _signing_key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(SECRET_WORD), validate=True)
