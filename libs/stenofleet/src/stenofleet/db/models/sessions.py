"""Sessions, their uploads, and how far they are."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    Index,
    Numeric,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from stenofleet.contracts.states import SessionState
from stenofleet.db.models.base import Base, created, owner, session_key, touched


class TranscriptionSession(Base):
    """A recording on its way to a transcript; the source of truth about its job."""

    __tablename__ = "session"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    owner_id: Mapped[str] = owner()
    title: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="auto")
    status: Mapped[str] = mapped_column(server_default=SessionState.UPLOADING.value)
    audio_filename: Mapped[str | None]
    audio_uri: Mapped[str | None]
    content_type: Mapped[str | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    checksum: Mapped[str | None]
    """SHA-256 of the recording, in hexadecimal."""
    duration_seconds: Mapped[float | None]
    transcription_job_id: Mapped[str | None]
    """Celery's task id, the same over all attempts."""
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    """Fencing number: only a delivery that carries it may write."""
    lease_owner: Mapped[str | None]
    lease_expires_at: Mapped[datetime | None]
    error_message: Mapped[str | None]
    cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 6))
    provider: Mapped[str] = mapped_column(server_default="whisper")
    priority: Mapped[int] = mapped_column(server_default=text("6"))
    """Of its messages in Redis, where 0 goes first; see `stenofleet.contracts.priorities`."""
    options: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """What the transcript should be like; see `stenofleet.contracts.options`."""
    tags: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    provider_metadata: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    completed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created()
    updated_at: Mapped[datetime] = touched()

    __table_args__ = (
        Index(None, "owner_id", "created_at", "id"),
        Index(None, "owner_id", "status", "created_at", "id"),
        Index(None, "tags", postgresql_using="gin"),
        # Housekeeping looks for these every few seconds.
        Index(
            None,
            "status",
            "updated_at",
            postgresql_where=text("status IN ('pending', 'processing')"),
        ),
    )


class Upload(Base):
    """A file on its way into the store; the row goes when its session takes the recording.

    What lies at the address of a row that stays was never confirmed, and may be deleted.
    """

    __tablename__ = "upload"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    session_id: Mapped[uuid.UUID] = session_key()
    owner_id: Mapped[str] = owner()
    uri: Mapped[str]
    filename: Mapped[str]
    content_type: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    """Until when its upload URL serves; NULL for a file sent directly."""
    created_at: Mapped[datetime] = created()

    __table_args__ = (Index(None, "session_id"),)


class ProcessingStatus(Base):
    """How far a session is."""

    __tablename__ = "processing_status"

    session_id: Mapped[uuid.UUID] = session_key(primary=True)
    owner_id: Mapped[str] = owner()
    status: Mapped[str]
    stage: Mapped[str | None]
    """What a session in processing is at; see `stenofleet.contracts.progress.Stage`."""
    progress: Mapped[float] = mapped_column(Float, server_default=text("0"))
    """Percent, 0 to 100; 100 only when completed."""
    message: Mapped[str | None]
    duration_processed: Mapped[float | None]
    duration_total: Mapped[float | None]
    started_at: Mapped[datetime | None]
    estimated_completion: Mapped[datetime | None]
    processing_speed: Mapped[float | None]
    """Seconds of recording for each second of wall time."""
    updated_at: Mapped[datetime] = touched()
