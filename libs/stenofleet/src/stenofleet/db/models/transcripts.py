"""What was said: segments, who spoke, and what people changed."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Computed, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from stenofleet.db.models.base import Base, created, owner, session_key, touched


class Segment(Base):
    """A stretch of speech of one speaker."""

    __tablename__ = "segment"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    session_id: Mapped[uuid.UUID] = session_key()
    owner_id: Mapped[str] = owner()
    position: Mapped[int]
    speaker_id: Mapped[int] = mapped_column(server_default=text("1"))
    start_seconds: Mapped[float]
    end_seconds: Mapped[float]
    content: Mapped[str]
    confidence: Mapped[float | None]
    words: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    search: Mapped[str] = mapped_column(
        TSVECTOR, Computed("to_tsvector('simple', content)", persisted=True)
    )

    __table_args__ = (
        UniqueConstraint("session_id", "position"),
        Index(None, "search", postgresql_using="gin"),
        # Languages without spaces have no words to index.
        Index(
            "ix_segment_content_trigrams",
            "content",
            postgresql_using="gin",
            postgresql_ops={"content": "gin_trgm_ops"},
        ),
    )


class SegmentEdit(Base):
    """A change of a segment's text by a person; the newest one of a segment can be undone."""

    __tablename__ = "segment_edit"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    session_id: Mapped[uuid.UUID] = session_key()
    segment_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("segment.id", ondelete="CASCADE"), nullable=False
    )
    owner_id: Mapped[str] = owner()
    before: Mapped[str]
    after: Mapped[str]
    created_at: Mapped[datetime] = created()

    __table_args__ = (Index(None, "segment_id", "id"), Index(None, "session_id", "id"))


class SessionRole(Base):
    """What a speaker is in the conversation, for the whole session."""

    __tablename__ = "session_role"

    session_id: Mapped[uuid.UUID] = session_key(primary=True)
    speaker_id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = owner()
    role: Mapped[str] = mapped_column(server_default="UNKNOWN")
    name: Mapped[str | None]
    """As people call the speaker; it stands before the role in exports."""
    confidence: Mapped[float | None]
    """Of a guess; NULL once a person has said it."""
    updated_at: Mapped[datetime] = touched()


class SegmentRole(Base):
    """What the speaker of one segment is, where that differs from the session's role."""

    __tablename__ = "segment_role"

    segment_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("segment.id", ondelete="CASCADE"), primary_key=True
    )
    session_id: Mapped[uuid.UUID] = session_key()
    owner_id: Mapped[str] = owner()
    role: Mapped[str]
    updated_at: Mapped[datetime] = touched()

    __table_args__ = (Index(None, "session_id"),)
