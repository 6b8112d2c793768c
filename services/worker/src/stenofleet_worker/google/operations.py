"""The rows of operations: taken one by one under a lease, and written only by who holds it."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, UpdateBase, and_, delete, func, select, update
from sqlalchemy.orm import Session
from stenofleet.contracts.options import TranscriptOptions
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionOperation, TranscriptionSession

from stenofleet_worker.errors import LeaseLost

NEW: Final = "new"
RUNNING: Final = "running"
LIVE: Final = (SessionState.PENDING.value, SessionState.PROCESSING.value)
_HOLDER: Final = "holder"

Table = TranscriptionOperation


@dataclass(frozen=True)
class Held:
    """An operation's row in the hands of one task.

    Attributes:
        id: of the row.
        owner: names this holding, and no other.
        lease: how long it lasts unless it is renewed.
        session_id: None once the session is deleted.
        attempt: the session's fencing number.
        name: Google's; None before it is submitted.
        tries: how often Google failed at it.
        misses: how often in a row Google told nothing of it.
        elapsed: seconds since it was submitted.
        age: seconds since the row was written.
        notes: what the provider's metadata will say.
    """

    id: int
    owner: str
    lease: timedelta
    session_id: uuid.UUID | None
    attempt: int
    name: str | None
    tries: int
    misses: int
    elapsed: float
    age: float
    notes: dict[str, Any]

    @property
    def mine(self) -> ColumnElement[bool]:
        """Whether the row in question is still this holder's."""
        return and_(Table.id == self.id, Table.result[_HOLDER].astext == self.owner)

    @property
    def extension(self) -> UpdateBase:
        """Renews the lease, and returns a row unless it was lost."""
        later = func.now() + self.lease
        return update(Table).where(self.mine).values(next_poll_at=later).returning(Table.id)


@dataclass(frozen=True)
class Job:
    """What an operation's session asks for."""

    session_id: uuid.UUID
    job_id: str
    uri: str
    language: str
    seconds: float | None
    options: TranscriptOptions


def take(db: Session, lease: timedelta) -> Held | None:
    """The row that is due the longest; None when none is. Two tasks never take the same."""
    due = Table.state.in_([NEW, RUNNING]) & (Table.next_poll_at <= func.now())
    oldest = select(Table).where(due).order_by(Table.next_poll_at).limit(1)
    row = db.scalar(oldest.with_for_update(skip_locked=True))
    if row is None:
        return None
    owner = str(uuid.uuid4())
    row.result = {**row.result, _HOLDER: owner}
    row.next_poll_at = func.now() + lease
    now = db.scalar(select(func.extract("epoch", func.now())))
    return _held(row, owner, lease, float(now or 0))


def job(db: Session, held: Held) -> Job | None:
    """What is asked for; None when the session has ended, was started anew, or is gone."""
    session = db.get(TranscriptionSession, held.session_id) if held.session_id else None
    if session is None or not _is_live(session, held):
        return None
    return Job(
        session_id=session.id,
        job_id=session.transcription_job_id or "",
        uri=session.audio_uri or "",
        language=session.language,
        seconds=session.duration_seconds,
        options=TranscriptOptions.model_validate(session.options),
    )


def locked_session(db: Session, held: Held) -> TranscriptionSession:
    """The operation's session, locked, and with it the row.

    Raises:
        LeaseLost: the session goes on without this operation, or another task holds the row.
    """
    table = TranscriptionSession
    session = db.scalar(select(table).where(table.id == held.session_id).with_for_update())
    if session is None or not _is_live(session, held):
        raise LeaseLost(f"operation {held.id} is of no more use")
    _locked(db, held)
    return session


def note_staged(db: Session, held: Held, uri: str) -> None:
    """Notes where the copy will lie, before there is one: then it can always be removed."""
    _locked(db, held).staged_uri = uri


def note_name(db: Session, held: Held, name: str, notes: dict[str, Any]) -> None:
    """Notes Google's name of the operation, whatever has become of the session meanwhile."""
    row = _locked(db, held)
    row.name, row.state = name, RUNNING
    now = db.scalar(select(func.extract("epoch", func.now())))
    row.result = {_HOLDER: held.owner, "submitted_at": float(now or 0), "notes": notes}


def look_later(db: Session, held: Held, seconds: float, misses: int = 0) -> None:
    """Lets go of the row until ``seconds`` have passed."""
    row = _locked(db, held)
    row.result = {**row.result, "misses": misses, _HOLDER: None}
    row.next_poll_at = func.now() + timedelta(seconds=seconds)


def submit_later(db: Session, held: Held, seconds: float, error: str) -> None:
    """Lets go of the row; after ``seconds`` it is submitted, as if for the first time."""
    row = _locked(db, held)
    row.name, row.state, row.error = None, NEW, error
    row.tries += 1
    row.result = {}
    row.next_poll_at = func.now() + timedelta(seconds=seconds)


def traces(db: Session, held: Held) -> tuple[str | None, str | None]:
    """Google's name of the operation, and where the copy lies, as they now stand.

    Raises:
        LeaseLost: another task holds the row.
    """
    row = _locked(db, held)
    return row.name, row.staged_uri


def remove(db: Session, held: Held) -> None:
    """Removes the row, of which nothing is left to do."""
    db.execute(delete(Table).where(held.mine))


def _is_live(session: TranscriptionSession, held: Held) -> bool:
    return session.attempt == held.attempt and session.status in LIVE


def _locked(db: Session, held: Held) -> TranscriptionOperation:
    row = db.scalar(select(Table).where(held.mine).with_for_update())
    if row is None:
        raise LeaseLost(f"operation {held.id} was taken over")
    return row


def _held(row: TranscriptionOperation, owner: str, lease: timedelta, now: float) -> Held:
    return Held(
        id=row.id,
        owner=owner,
        lease=lease,
        session_id=row.session_id,
        attempt=row.attempt,
        name=row.name,
        tries=row.tries,
        misses=row.result.get("misses", 0),
        elapsed=now - row.result.get("submitted_at", now),
        age=now - row.created_at.timestamp(),
        notes=row.result.get("notes", {}),
    )
