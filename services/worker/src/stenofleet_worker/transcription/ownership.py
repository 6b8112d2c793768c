"""Who may write a running session: the delivery that claimed it, while its lease lasts.

A message can be delivered twice, and a worker can be cut off and come back. The session's attempt
says which message is the valid one, its lease which delivery of it: each write checks both under
a lock on the session's row, so that nobody writes what another has taken over.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy import ColumnElement, UpdateBase, exists, func, or_, update
from sqlalchemy.orm import Session
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionSession, TranscriptionWindow

from stenofleet_worker.database import AWAY, Database
from stenofleet_worker.errors import LeaseLost

log = structlog.get_logger(__name__)

RENEWALS = 3
"""Renewals within a lease, so that a single lost one costs nothing."""


OPEN = "open"
"""State of a window that waits for a worker, or has one."""

DONE = "done"
"""State of a window whose result is complete."""


class Held(Protocol):
    """Something that one delivery holds for as long as it renews its lease."""

    @property
    def lease(self) -> timedelta:
        """How long the claim lasts unless it is renewed."""
        ...

    @property
    def extension(self) -> UpdateBase:
        """Renews the lease, and returns a row unless it was lost."""
        ...


@dataclass(frozen=True)
class Claim:
    """One delivery's right to a session."""

    session_id: uuid.UUID
    attempt: int
    owner: str
    lease: timedelta

    @property
    def mine(self) -> ColumnElement[bool]:
        """Whether the session in question is still this claim's."""
        table = TranscriptionSession
        return (
            (table.id == self.session_id)
            & (table.attempt == self.attempt)
            & (table.lease_owner == self.owner)
            & (table.status == SessionState.PROCESSING.value)
        )

    @property
    def extension(self) -> UpdateBase:
        """Renews the lease, and returns a row unless it was lost."""
        table = TranscriptionSession
        extend = update(table).where(self.mine).values(lease_expires_at=func.now() + self.lease)
        return extend.returning(table.id)


def claim(
    db: Session, session_id: uuid.UUID, attempt: int | None, owner: str, lease: timedelta
) -> Claim | None:
    """Takes the session; None when the message is late or others work on it.

    Args:
        db: the transaction.
        session_id: the session.
        attempt: the message's fencing number; None when it bears none (sent by hand), then the
            session's own counts.
        owner: names this delivery, and no other.
        lease: how long the claim lasts unless it is renewed.
    """
    number = db.scalar(_claiming(session_id, attempt, owner, lease))
    return None if number is None else Claim(session_id, number, owner, lease)


def locked(db: Session, held: Claim) -> TranscriptionSession:
    """The session, locked until the transaction ends.

    Raises:
        LeaseLost: it is this claim's no more.
    """
    found = db.query(TranscriptionSession).where(held.mine).with_for_update().one_or_none()
    if found is None:
        raise LeaseLost(f"session {held.session_id} was taken over or cancelled")
    return found


@contextmanager
def renewed(database: Database, held: Held) -> Iterator[threading.Event]:
    """Renews the lease in the background; the event is set once it is lost."""
    ended, lost = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=_renew, args=(database, held, ended, lost), name="lease", daemon=True
    )
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        thread.join(timeout=held.lease.total_seconds())


def spread() -> ColumnElement[bool]:
    """Whether the session in question is with those who work on its windows."""
    window, table = TranscriptionWindow, TranscriptionSession
    return exists().where(
        window.session_id == table.id, window.attempt == table.attempt, window.state == OPEN
    )


def _claiming(
    session_id: uuid.UUID, attempt: int | None, owner: str, lease: timedelta
) -> UpdateBase:
    table = TranscriptionSession
    valid = table.attempt == attempt if attempt is not None else table.attempt.is_not(None)
    return (
        update(table)
        .where(
            table.id == session_id,
            valid,
            table.status.in_([SessionState.PENDING.value, SessionState.PROCESSING.value]),
            # The own name counts when the answer to the first try was lost.
            or_(
                table.lease_expires_at.is_(None),
                table.lease_expires_at < func.now(),
                table.lease_owner == owner,
            ),
            ~spread(),
        )
        .values(
            status=SessionState.PROCESSING.value,
            lease_owner=owner,
            lease_expires_at=func.now() + lease,
            error_message=None,
        )
        .returning(table.attempt)
    )


def _renew(database: Database, held: Held, ended: threading.Event, lost: threading.Event) -> None:
    while not ended.wait(held.lease.total_seconds() / RENEWALS):
        try:
            rows = database.once(lambda db: db.execute(held.extension).all())
        except AWAY:
            # The next turn, or the check that comes with the next write, tells.
            log.warning("the database is away, the lease is not renewed")
            continue
        if not rows:
            lost.set()
            return
