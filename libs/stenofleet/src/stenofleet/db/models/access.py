"""Who may do what: API keys, and what was answered to a request that may come again."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from stenofleet.db.models.base import Base, created


class ApiKey(Base):
    """A key; only its hash is kept."""

    __tablename__ = "api_key"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    owner_id: Mapped[str]
    name: Mapped[str]
    prefix: Mapped[str]
    """The key's first characters, by which people tell it from others."""
    hash: Mapped[str]
    """SHA-256 in hexadecimal: 256 random bits need neither salt nor a slow hash."""
    scopes: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    rate_per_minute: Mapped[int | None]
    """Requests; NULL for the installation's own limit."""
    max_upload_bytes: Mapped[int | None] = mapped_column(BigInteger)
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created()

    __table_args__ = (Index(None, "hash", unique=True), Index(None, "owner_id"))


class IdempotencyKey(Base):
    """What was answered to a POST that bore an ``Idempotency-Key``."""

    __tablename__ = "idempotency_key"

    owner_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    """SHA-256 of method, path and body: another request with the same key is refused."""
    status: Mapped[int | None]
    """HTTP's; NULL while the first request is under way."""
    media_type: Mapped[str | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = created()

    __table_args__ = (Index(None, "created_at"),)
