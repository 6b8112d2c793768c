"""Who may do what: API keys, and what answers a request that may come again."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, Uuid, false, text
from sqlalchemy.orm import Mapped, mapped_column

from stenofleet.db.models.base import Base, created, session_key


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


class TranscriptionRequest(Base):
    """The session that answers a request for a transcript; one that is the same joins it."""

    __tablename__ = "transcription_request"

    owner_id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of all that shapes the transcript, the recording's checksum among it."""
    session_id: Mapped[uuid.UUID] = session_key()
    joined: Mapped[bool] = mapped_column(server_default=false())
    """Whether another request waits for it, too: then who asked first does not cancel it."""
    asked_at: Mapped[datetime] = created()
    """When the request came last."""

    __table_args__ = (Index(None, "session_id"),)
