"""Blueprints, and the stores and cameras that applying one writes."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Double, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from stenofleet.db.models.base import Base, created, owner, touched


class Blueprint(Base):
    """A saved mapping of stores and cameras, as of its newest version."""

    __tablename__ = "blueprint"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    owner_id: Mapped[str] = owner()
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    mapping_data: Mapped[dict[str, Any]]
    camera_id: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    """False once it was deleted."""
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = created()
    updated_at: Mapped[datetime] = touched()

    __table_args__ = (Index(None, "owner_id", "created_at", "id"),)


class BlueprintVersion(Base):
    """What a blueprint was, at each of its versions, the newest among them."""

    __tablename__ = "blueprint_version"

    blueprint_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("blueprint.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    mapping_data: Mapped[dict[str, Any]]
    camera_id: Mapped[str | None]
    created_at: Mapped[datetime] = created()


class BlueprintApplication(Base):
    """That a blueprint was applied, and what stood there before."""

    __tablename__ = "blueprint_application"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    owner_id: Mapped[str] = owner()
    blueprint_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("blueprint.id", ondelete="CASCADE"), nullable=False
    )
    version: Mapped[int]
    mode: Mapped[str]
    """merge or replace."""
    before: Mapped[dict[str, Any]]
    """The mapping of all the owner's stores and cameras, in the shape of ``mapping_data``."""
    created_at: Mapped[datetime] = created()
    undone_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "owner_id", "created_at"),)


class Store(Base):
    """An area in which people are tracked."""

    __tablename__ = "store"

    owner_id: Mapped[str] = mapped_column(primary_key=True)
    store_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    category: Mapped[str] = mapped_column(server_default="")
    polygon: Mapped[list[Any]]
    """Points ``[x, y]`` of its outline, the first not repeated at the end."""
    is_mapped: Mapped[bool] = mapped_column(server_default=text("true"))
    matrix: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    """3 x 3, from a camera's pixels to the plan; NULL while not calibrated."""
    updated_at: Mapped[datetime] = touched()


class Camera(Base):
    """Where a camera stands, and what it sees."""

    __tablename__ = "camera"

    owner_id: Mapped[str] = mapped_column(primary_key=True)
    camera_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[list[Any]]
    """``[x, y]`` or ``[x, y, z]`` on the plan."""
    orientation: Mapped[float] = mapped_column(Double)
    """Degrees."""
    fov_angle: Mapped[float] = mapped_column(Double)
    """Degrees, above 0 and below 360."""
    fov_range: Mapped[float] = mapped_column(Double)
    """How far it sees, in the plan's unit."""
    updated_at: Mapped[datetime] = touched()
