"""Work on the way to a transcript: windows, operations at Google, messages to be published."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from stenofleet.db.models.base import Base, created, session_key, touched


class TranscriptionWindow(Base):
    """A part of a recording, cut at a pause; its result outlives the worker that made it."""

    __tablename__ = "transcription_window"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    session_id: Mapped[uuid.UUID] = session_key()
    attempt: Mapped[int]
    index: Mapped[int]
    start_seconds: Mapped[float]
    end_seconds: Mapped[float]
    state: Mapped[str]
    result: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    task_id: Mapped[str | None]
    """Celery's task id of the message that asks for it."""
    deliveries: Mapped[int] = mapped_column(server_default=text("0"))
    """How often its message was sent: a part that kills its worker must not go on for ever."""
    lease_owner: Mapped[str | None]
    lease_expires_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = touched()

    __table_args__ = (
        UniqueConstraint("session_id", "attempt", "index"),
        Index(None, "state", "updated_at", postgresql_where=text("state <> 'done'")),
    )


class TranscriptionOperation(Base):
    """A long-running operation at Google; its name is what finds it again."""

    __tablename__ = "transcription_operation"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    session_id: Mapped[uuid.UUID | None] = mapped_column(
        Uuid, ForeignKey("session.id", ondelete="SET NULL")
    )
    """NULL once the session is deleted: what runs at Google must be cancelled all the same."""
    attempt: Mapped[int]
    """The session's fencing number."""
    index: Mapped[int] = mapped_column(server_default=text("0"))
    """Which part of the recording, where it had to be cut."""
    start_seconds: Mapped[float] = mapped_column(server_default=text("0"))
    end_seconds: Mapped[float | None]
    name: Mapped[str | None]
    """Google's name of the operation; NULL until it is submitted."""
    state: Mapped[str] = mapped_column(server_default="new")
    """new or running; a row that is of no more use is deleted."""
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_poll_at: Mapped[datetime] = created()
    staged_uri: Mapped[str | None]
    """The copy of the recording that Google reads, to be removed; NULL for the recording itself."""
    result: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    error: Mapped[str | None]
    created_at: Mapped[datetime] = created()
    updated_at: Mapped[datetime] = touched()

    __table_args__ = (
        UniqueConstraint("session_id", "attempt", "index"),
        Index(None, "next_poll_at", postgresql_where=text("state IN ('new', 'running')")),
    )


class Outbox(Base):
    """A message to be published after the transaction that wrote it."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    session_id: Mapped[uuid.UUID] = session_key()
    window_index: Mapped[int | None]
    """Which window of the session its message asks for; NULL for the session's own."""
    priority: Mapped[int | None]
    task_id: Mapped[str]
    task_name: Mapped[str]
    args: Mapped[list[Any]]
    headers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    created_at: Mapped[datetime] = created()
    published_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_outbox_unpublished", "created_at", postgresql_where=text("published_at IS NULL")),
        Index(None, "session_id"),
    )
