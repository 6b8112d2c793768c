"""The tables. Names are in the singular; what a user reads has an owner."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from stenofleet.contracts.states import SessionState

DEFAULT_OWNER = "default"

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables: text without a length, times with a zone."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way of declaring it
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


def _session_key(*, primary: bool = False) -> Mapped[uuid.UUID]:
    return mapped_column(
        Uuid, ForeignKey("session.id", ondelete="CASCADE"), primary_key=primary, nullable=False
    )


class TranscriptionSession(Base):
    """A recording on its way to a transcript; the source of truth about its job."""

    __tablename__ = "session"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    owner_id: Mapped[str] = mapped_column(server_default=DEFAULT_OWNER)
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
    provider_metadata: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    __table_args__ = (
        Index(None, "owner_id", "created_at", "id"),
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
    session_id: Mapped[uuid.UUID] = _session_key()
    owner_id: Mapped[str] = mapped_column(server_default=DEFAULT_OWNER)
    uri: Mapped[str]
    filename: Mapped[str]
    content_type: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    """Until when its upload URL serves; NULL for a file sent directly."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index(None, "session_id"),)


class ProcessingStatus(Base):
    """How far a session is."""

    __tablename__ = "processing_status"

    session_id: Mapped[uuid.UUID] = _session_key(primary=True)
    owner_id: Mapped[str] = mapped_column(server_default=DEFAULT_OWNER)
    status: Mapped[str]
    progress: Mapped[float] = mapped_column(Float, server_default=text("0"))
    """Percent, 0 to 100; 100 only when completed."""
    message: Mapped[str | None]
    duration_processed: Mapped[float | None]
    duration_total: Mapped[float | None]
    started_at: Mapped[datetime | None]
    estimated_completion: Mapped[datetime | None]
    processing_speed: Mapped[float | None]
    """Seconds of recording for each second of wall time."""
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Segment(Base):
    """A stretch of speech of one speaker."""

    __tablename__ = "segment"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    session_id: Mapped[uuid.UUID] = _session_key()
    owner_id: Mapped[str] = mapped_column(server_default=DEFAULT_OWNER)
    position: Mapped[int]
    speaker_id: Mapped[int] = mapped_column(server_default=text("1"))
    start_seconds: Mapped[float]
    end_seconds: Mapped[float]
    content: Mapped[str]
    confidence: Mapped[float | None]
    words: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))

    __table_args__ = (UniqueConstraint("session_id", "position"),)


class TranscriptionWindow(Base):
    """A part of a recording, cut at a pause; its result outlives the worker that made it."""

    __tablename__ = "transcription_window"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    session_id: Mapped[uuid.UUID] = _session_key()
    attempt: Mapped[int]
    index: Mapped[int]
    start_seconds: Mapped[float]
    end_seconds: Mapped[float]
    state: Mapped[str]
    result: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    __table_args__ = (UniqueConstraint("session_id", "attempt", "index"),)


class Outbox(Base):
    """A message to be published after the transaction that wrote it."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    session_id: Mapped[uuid.UUID] = _session_key()
    task_id: Mapped[str]
    task_name: Mapped[str]
    args: Mapped[list[Any]]
    headers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_outbox_unpublished", "created_at", postgresql_where=text("published_at IS NULL")),
        Index(None, "session_id"),
    )
