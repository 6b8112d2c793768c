"""Places in the lists of blueprints."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, tuple_
from stenofleet.db.models import Blueprint

from stenofleet_api import cursors


@dataclass(frozen=True)
class Cursor:
    """The last blueprint of a page, as a place in the list."""

    created_at: datetime
    blueprint_id: uuid.UUID

    @classmethod
    def of(cls, blueprint: Blueprint) -> "Cursor":
        """The place of a blueprint."""
        return cls(blueprint.created_at, blueprint.id)

    def after(self) -> ColumnElement[bool]:
        """Whether a blueprint comes later in the list, newest first."""
        return tuple_(Blueprint.created_at, Blueprint.id) < (self.created_at, self.blueprint_id)

    def __str__(self) -> str:
        return cursors.write(self.created_at.isoformat(), str(self.blueprint_id))


def read_cursor(text: str) -> Cursor:
    """The cursor that was given out.

    Raises:
        InvalidRequest: it is none of ours.
    """
    return Cursor(*cursors.read(text, datetime.fromisoformat, uuid.UUID))
