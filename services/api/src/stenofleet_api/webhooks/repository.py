"""Webhooks in PostgreSQL; every query asks for the owner's rows only."""

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from stenofleet.db.models import Webhook, WebhookDelivery
from stenofleet.webhooks import DeliveryState

from stenofleet_api.webhooks.errors import DeliveryNotFound, WebhookNotFound


def listed(db: Session, owner: str, session_id: uuid.UUID | None) -> Sequence[Webhook]:
    """The webhooks that hear of all the owner's sessions, or those of one, oldest first."""
    query = select(Webhook).where(Webhook.owner_id == owner, Webhook.session_id == session_id)
    return db.scalars(query.order_by(Webhook.created_at, Webhook.id)).all()


def get(db: Session, owner: str, webhook_id: uuid.UUID) -> Webhook:
    """The webhook.

    Raises:
        WebhookNotFound: the owner has none with this id.
    """
    query = select(Webhook).where(Webhook.id == webhook_id, Webhook.owner_id == owner)
    found = db.scalar(query)
    if found is None:
        raise WebhookNotFound(webhook_id)
    return found


def remove(db: Session, owner: str, webhook_id: uuid.UUID) -> None:
    """Deletes the webhook and its deliveries.

    Raises:
        WebhookNotFound: the owner has none with this id.
    """
    mine = (Webhook.id == webhook_id, Webhook.owner_id == owner)
    if db.scalar(delete(Webhook).where(*mine).returning(Webhook.id)) is None:
        raise WebhookNotFound(webhook_id)


def deliveries(
    db: Session, hook: Webhook, state: DeliveryState | None, limit: int, offset: int
) -> tuple[Sequence[WebhookDelivery], int]:
    """A part of the webhook's deliveries, newest first, and how many there are in all."""
    mine = [WebhookDelivery.webhook_id == hook.id, WebhookDelivery.owner_id == hook.owner_id]
    if state is not None:
        mine.append(WebhookDelivery.state == state.value)
    newest_first = (WebhookDelivery.created_at.desc(), WebhookDelivery.id.desc())
    query = select(WebhookDelivery).where(*mine).order_by(*newest_first)
    total = db.scalar(select(func.count()).select_from(WebhookDelivery).where(*mine))
    return db.scalars(query.limit(limit).offset(offset)).all(), total or 0


def lock_delivery(db: Session, hook: Webhook, delivery_id: uuid.UUID) -> WebhookDelivery:
    """The delivery, which nobody else changes until the transaction ends.

    Raises:
        DeliveryNotFound: the webhook has none with this id.
    """
    mine = (
        WebhookDelivery.id == delivery_id,
        WebhookDelivery.webhook_id == hook.id,
        WebhookDelivery.owner_id == hook.owner_id,
    )
    found = db.scalar(select(WebhookDelivery).where(*mine).with_for_update())
    if found is None:
        raise DeliveryNotFound(hook.id, delivery_id)
    return found
