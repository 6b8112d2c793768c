"""What all tables share: text without a length, times with a zone, names of constraints."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, MetaData, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

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


def session_key(*, primary: bool = False) -> Mapped[uuid.UUID]:
    """A column that names a session, and goes with it."""
    return mapped_column(
        Uuid, ForeignKey("session.id", ondelete="CASCADE"), primary_key=primary, nullable=False
    )


def owner() -> Mapped[str]:
    """Whose row it is."""
    return mapped_column(server_default=DEFAULT_OWNER)


def created() -> Mapped[datetime]:
    """When the row was written."""
    return mapped_column(server_default=func.now())


def touched() -> Mapped[datetime]:
    """When the row was last written."""
    return mapped_column(server_default=func.now(), onupdate=func.now())
