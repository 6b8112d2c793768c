"""Callbacks: who wants to hear of what, and each message to them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from stenofleet.db.models.base import Base, created, owner


class Webhook(Base):
    """A URL that hears of an owner's sessions, or of one."""

    __tablename__ = "webhook"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    owner_id: Mapped[str] = owner()
    session_id: Mapped[uuid.UUID | None] = mapped_column(
        Uuid, ForeignKey("session.id", ondelete="CASCADE")
    )
    """NULL: it hears of all the owner's sessions."""
    url: Mapped[str]
    secret: Mapped[str]
    """Signs its messages, so it cannot be kept as a hash."""
    events: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    """Names of events; an empty list stands for all."""
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = created()

    __table_args__ = (Index(None, "owner_id", "session_id"),)


class WebhookDelivery(Base):
    """One message to one webhook; its id is the same for every try."""

    __tablename__ = "webhook_delivery"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    webhook_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False
    )
    owner_id: Mapped[str] = owner()
    session_id: Mapped[uuid.UUID | None]
    """Not a foreign key: that a session was deleted is told after it has gone."""
    event: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="pending")
    """pending, delivered or failed."""
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_try_at: Mapped[datetime] = created()
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created()

    __table_args__ = (
        Index(None, "webhook_id", "created_at"),
        Index(None, "next_try_at", postgresql_where=text("state = 'pending'")),
    )
