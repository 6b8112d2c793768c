"""Movements in PostgreSQL; every query asks for the owner's rows only."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session
from stenofleet.db.models import MovementLog

from stenofleet_api.movement.filters import Cursor, Filter

Table = MovementLog

COUNTED: Final = 100_000
"""Up to so many are counted, and paged through by number: more would take seconds each time."""


def page(
    db: Session, owner: str, asked: Filter, *, limit: int, offset: int, after: Cursor | None
) -> Sequence[MovementLog]:
    """A part of the owner's movements, newest first.

    An index leads to a cursor's place at once; an offset counts its way there.
    """
    newest_first = (Table.occurred_at.desc(), Table.event_id.desc())
    query = select(Table).where(*asked.conditions(owner)).order_by(*newest_first).limit(limit)
    query = query.offset(offset) if after is None else query.where(*after.conditions())
    return db.scalars(query).all()


def count(db: Session, owner: str, asked: Filter) -> int | None:
    """How many there are; None when more than `COUNTED`."""
    some = select(literal(1)).select_from(Table).where(*asked.conditions(owner))
    found = db.scalar(select(func.count()).select_from(some.limit(COUNTED + 1).subquery())) or 0
    return found if found <= COUNTED else None
