"""What was applied, in PostgreSQL; every query asks for the owner's rows only."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer
from stenofleet.db.models import BlueprintApplication

from stenofleet_api.blueprints.errors import ApplicationNotFound

Table = BlueprintApplication
_NEWEST_FIRST = (Table.created_at.desc(), Table.id.desc())


def keep(db: Session, application: BlueprintApplication) -> None:
    """Keeps it, at the time that it has once the plan is locked.

    The transaction's own time will not do: of two that wait for each other, the one that began
    first may apply last.
    """
    application.created_at = now(db)
    db.add(application)
    db.flush()


def now(db: Session) -> datetime:
    """The database's time."""
    found: datetime = db.scalars(select(func.clock_timestamp())).one()
    return found


def get(db: Session, owner: str, application_id: uuid.UUID) -> BlueprintApplication:
    """What was applied.

    Raises:
        ApplicationNotFound: the owner has applied nothing under this id.
    """
    found = db.scalar(select(Table).where(Table.id == application_id, Table.owner_id == owner))
    if found is None:
        raise ApplicationNotFound(application_id)
    return found


def applied_after(db: Session, application: BlueprintApplication) -> Sequence[uuid.UUID]:
    """What the owner applied since and has not undone, newest first."""
    query = select(Table.id).where(
        Table.owner_id == application.owner_id,
        Table.created_at > application.created_at,
        Table.undone_at.is_(None),
    )
    return db.scalars(query.order_by(*_NEWEST_FIRST)).all()


def page(
    db: Session, owner: str, blueprint_id: uuid.UUID | None, limit: int, offset: int
) -> tuple[Sequence[BlueprintApplication], int]:
    """A part of what the owner applied, newest first, and how much there is in all."""
    mine = [Table.owner_id == owner]
    if blueprint_id is not None:
        mine.append(Table.blueprint_id == blueprint_id)
    query = select(Table).where(*mine).order_by(*_NEWEST_FIRST).options(defer(Table.before))
    total = db.scalar(select(func.count()).select_from(Table).where(*mine))
    return db.scalars(query.limit(limit).offset(offset)).all(), total or 0
