"""Movements of people, a partition for each day, and what could not become one."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, Double, Identity, Index, LargeBinary, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from stenofleet.db.models.base import Base, created, owner


class MovementLog(Base):
    """A person seen by a camera; its key holds the day, by which the table is partitioned.

    The day is a pure function of the event (`stenofleet.movement.events.day_of`), so an event
    that is sent again is found again, in the same partition.
    """

    __tablename__ = "movement_log"

    event_day: Mapped[date] = mapped_column(primary_key=True)
    event_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    # Nobody can take another's event away by sending its id first.
    owner_id: Mapped[str] = mapped_column(primary_key=True)
    occurred_at: Mapped[datetime]
    user_id: Mapped[str]
    track_id: Mapped[int] = mapped_column(BigInteger)
    bbox: Mapped[list[float]] = mapped_column(ARRAY(Double))
    """x1, y1, x2, y2 in pixels; x1 <= x2 and y1 <= y2."""
    state: Mapped[str]
    store: Mapped[str]
    camera_id: Mapped[str | None]
    location: Mapped[str]
    received_at: Mapped[datetime] = created()

    __table_args__ = (
        Index(None, "owner_id", "occurred_at", "event_id"),
        Index(None, "owner_id", "user_id", "occurred_at"),
        Index(None, "owner_id", "store", "occurred_at"),
        {"postgresql_partition_by": "RANGE (event_day)"},
    )


class MovementDeadLetter(Base):
    """What lay in the list and cannot become a movement, as it came, with the reason."""

    __tablename__ = "movement_dead_letter"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """SHA-256 of ``raw``: a batch that runs twice enters it once."""
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    """Bytes, because another program may have written anything into the list."""
    owner_id: Mapped[str] = owner()
    reason: Mapped[str]
    replayed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created()
    """When it was refused, the last time if it was replayed: from then its days are counted."""

    __table_args__ = (Index(None, "owner_id", "id"),)
