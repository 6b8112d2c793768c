"""Who may write a window: the delivery that claimed it, while its lease and its attempt last.

Each write locks the session first, as all do that end it: what belongs to a cancelled session or
to an older attempt is dropped.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, UpdateBase, exists, func, or_, select, update
from sqlalchemy.orm import Session
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionSession, TranscriptionWindow

from stenofleet_worker.errors import LeaseLost
from stenofleet_worker.transcription.ownership import OPEN

Table = TranscriptionWindow


@dataclass(frozen=True)
class WindowClaim:
    """One delivery's right to a window."""

    session_id: uuid.UUID
    attempt: int
    index: int
    owner: str
    lease: timedelta

    @property
    def mine(self) -> ColumnElement[bool]:
        """Whether the window in question was claimed by this delivery, and by none since."""
        return (
            (Table.session_id == self.session_id)
            & (Table.attempt == self.attempt)
            & (Table.index == self.index)
            & (Table.lease_owner == self.owner)
        )

    @property
    def session(self) -> ColumnElement[bool]:
        """Whether the session in question is still at this attempt."""
        table = TranscriptionSession
        return (
            (table.id == self.session_id)
            & (table.attempt == self.attempt)
            & (table.status == SessionState.PROCESSING.value)
        )

    @property
    def extension(self) -> UpdateBase:
        """Renews the lease, and returns a row unless it was lost."""
        return (
            update(Table)
            .where(self.mine, exists().where(self.session))
            .values(lease_expires_at=func.now() + self.lease)
            .returning(Table.id)
        )


def claim(db: Session, wanted: WindowClaim) -> TranscriptionWindow | None:
    """Takes the window; None when it is done, another's, or of an attempt that is over."""
    return db.scalar(
        update(Table)
        .where(
            Table.session_id == wanted.session_id,
            Table.attempt == wanted.attempt,
            Table.index == wanted.index,
            Table.state == OPEN,
            # The own name counts when the answer to the first try was lost.
            or_(
                Table.lease_expires_at.is_(None),
                Table.lease_expires_at < func.now(),
                Table.lease_owner == wanted.owner,
            ),
            exists().where(wanted.session),
        )
        .values(lease_owner=wanted.owner, lease_expires_at=func.now() + wanted.lease)
        .returning(Table)
    )


def locked(db: Session, held: WindowClaim) -> tuple[TranscriptionSession, TranscriptionWindow]:
    """The session and its window, locked until the transaction ends.

    Raises:
        LeaseLost: the window is this claim's no more.
    """
    session = db.scalar(select(TranscriptionSession).where(held.session).with_for_update())
    window = db.scalar(select(Table).where(held.mine).with_for_update())
    if session is None or window is None:
        raise LeaseLost(f"window {held.index} was taken over, or its session cancelled")
    return session, window
