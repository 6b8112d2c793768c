"""Answers that are kept for requests which may come again (extra: db).

A request takes its key by a row without a status; its answer completes the row. The row's time
fences: who took a key over from a request that seemed dead has a newer one, and the older request
can then neither complete nor release the row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from stenofleet.db.models import IdempotencyKey

KEPT: Final = timedelta(hours=24)
"""How long an answer is given again."""

ABANDONED: Final = timedelta(minutes=1)
"""After which a request without an answer counts as dead: none of those that may bear a key takes
as long."""

REMOVED_AT_ONCE: Final = 10_000
"""Rows that one call removes at most."""

Table = IdempotencyKey


@dataclass(frozen=True)
class Request:
    """What a key stands for."""

    owner: str
    key: str
    hash: str
    """Of method, path and body."""


@dataclass(frozen=True)
class Answer:
    """What was answered."""

    status: int
    media_type: str | None
    body: bytes


@dataclass(frozen=True)
class Found:
    """Another request with the same key."""

    same: bool
    """Whether it asks for the same."""
    answer: Answer | None
    """None while it runs."""


def take(db: Session, request: Request) -> datetime | Found:
    """The time by which the key is this request's, or who had it before.

    A row that is too old, or whose request is dead and asked for the same, is taken over.
    """
    fresh = {"request_hash": request.hash, "created_at": func.clock_timestamp()}
    row = insert(Table).values(owner_id=request.owner, key=request.key, **fresh)
    taken = row.on_conflict_do_update(
        index_elements=[Table.owner_id, Table.key],
        set_={**fresh, "status": None, "media_type": None, "body": None},
        where=_may_be_taken_over(request),
    ).returning(Table.created_at)
    return db.scalar(taken) or _found(db, request)


def complete(db: Session, request: Request, taken_at: datetime, answer: Answer) -> None:
    """Keeps the answer."""
    mine = update(Table).where(*_own(request, taken_at))
    db.execute(mine.values(status=answer.status, media_type=answer.media_type, body=answer.body))


def release(db: Session, request: Request, taken_at: datetime) -> None:
    """Lets the key be used again: the request came to nothing that is worth keeping."""
    db.execute(delete(Table).where(*_own(request, taken_at)))


def remove_old(db: Session) -> int:
    """Removes rows that nobody is answered from any more, a bounded number; returns how many."""
    old = select(Table.owner_id, Table.key).where(Table.created_at < func.now() - KEPT)
    chosen = old.order_by(Table.created_at).limit(REMOVED_AT_ONCE).with_for_update(skip_locked=True)
    named = tuple_(Table.owner_id, Table.key).in_(chosen)
    return len(db.scalars(delete(Table).where(named).returning(Table.key)).all())


def _may_be_taken_over(request: Request) -> ColumnElement[bool]:
    dead = Table.status.is_(None) & (Table.created_at < func.clock_timestamp() - ABANDONED)
    return or_(
        Table.created_at < func.clock_timestamp() - KEPT,
        dead & (Table.request_hash == request.hash),
    )


def _found(db: Session, request: Request) -> Found:
    mine = (Table.owner_id == request.owner, Table.key == request.key)
    row = db.scalar(select(Table).where(*mine))
    if row is None:
        # Released in between: to come again is right.
        return Found(same=True, answer=None)
    same = row.request_hash == request.hash
    if row.status is None:
        return Found(same, None)
    return Found(same, Answer(row.status, row.media_type, row.body or b""))


def _own(request: Request, taken_at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Table.owner_id == request.owner,
        Table.key == request.key,
        Table.created_at == taken_at,
        Table.status.is_(None),
    )
