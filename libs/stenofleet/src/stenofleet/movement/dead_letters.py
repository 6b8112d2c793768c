"""What could not become movements: listed, and given another chance (extra: db)."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from stenofleet.db.models.movement import MovementDeadLetter

Letter = MovementDeadLetter

MOST_REPLAYED: Final = 1_000
"""Of one transaction: a letter may be large, as another program may have written it."""

REMOVED_AT_ONCE: Final = 10_000
"""Of one transaction, as housekeeping comes again in minutes."""


def page(
    db: Session, owner: str | None, *, limit: int, before: int | None = None
) -> Sequence[MovementDeadLetter]:
    """Letters that wait to be replayed, newest first, those with an id below ``before``.

    Without an owner they are everybody's.
    """
    query = select(Letter).where(*_waiting(owner)).order_by(Letter.id.desc()).limit(limit)
    return db.scalars(query if before is None else query.where(Letter.id < before)).all()


def count(db: Session, owner: str | None) -> int:
    """How many wait to be replayed."""
    return db.scalar(select(func.count()).select_from(Letter).where(*_waiting(owner))) or 0


def newest(db: Session) -> int:
    """The highest id; 0 when there is no letter."""
    return db.scalar(select(func.max(Letter.id))) or 0


def replay(
    db: Session,
    put: Callable[[Sequence[bytes]], object],
    owner: str | None,
    *,
    ids: Collection[int] | None = None,
    after: int = 0,
) -> list[int]:
    """Puts letters into the list again, oldest first, and returns their ids.

    They are put before the caller's transaction ends: who dies in between puts them twice, which
    writes a movement once. A letter that fails again is there again, with the new reason.

    ``put`` puts items into the list, or raises; ``ids`` and ``after`` (an id) leave out others.
    """
    query = select(Letter).where(*_waiting(owner), Letter.id > after)
    if ids is not None:
        query = query.where(Letter.id.in_(ids))
    oldest = query.order_by(Letter.id).limit(MOST_REPLAYED).with_for_update(skip_locked=True)
    letters = db.scalars(oldest).all()
    if letters:
        put([letter.raw for letter in letters])
    for letter in letters:
        letter.replayed_at = func.now()
    return [letter.id for letter in letters]


def remove_old(db: Session, age: timedelta) -> int:
    """Removes letters that were refused so long ago, replayed or not; returns how many."""
    old = select(Letter.id).where(Letter.created_at < func.now() - age)
    chosen = old.order_by(Letter.id).limit(REMOVED_AT_ONCE).with_for_update(skip_locked=True)
    return len(db.scalars(delete(Letter).where(Letter.id.in_(chosen)).returning(Letter.id)).all())


def _waiting(owner: str | None) -> list[ColumnElement[bool]]:
    mine = [] if owner is None else [Letter.owner_id == owner]
    return [Letter.replayed_at.is_(None), *mine]
