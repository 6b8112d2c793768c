"""What a delivery leaves in PostgreSQL; each function is part of a transaction under its claim."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionSession, TranscriptionWindow

from stenofleet_worker.transcription import completion, progress, window_progress
from stenofleet_worker.transcription.finished import Finished
from stenofleet_worker.transcription.ownership import DONE, OPEN, Claim, locked
from stenofleet_worker.transcription.window_lease import WindowClaim
from stenofleet_worker.transcription.window_lease import locked as window_locked

Table = TranscriptionWindow


def finished(db: Session, held: Claim) -> list[Finished]:
    """The finished windows of the session's attempt, in order."""
    mine = (Table.session_id == held.session_id) & (Table.attempt == held.attempt)
    rows = db.scalars(select(Table).where(mine, Table.state == DONE).order_by(Table.index))
    return [
        Finished.from_json(row.index, row.start_seconds, row.end_seconds, row.result)
        for row in rows
    ]


def save(db: Session, held: WindowClaim, done: Finished) -> tuple[Claim | None, float, str]:
    """Keeps a window's result.

    Returns:
        The session's claim when no other window is open: then this delivery gathers them all.
        And percent and message of the session as they now stand.

    Raises:
        LeaseLost: the window is this claim's no more.
    """
    session, window = window_locked(db, held)
    window.state, window.result = DONE, done.as_json()
    window.lease_expires_at = None
    db.flush()
    return _last(db, session, held), *window_progress.tell(db, session)


def _last(db: Session, session: TranscriptionSession, held: WindowClaim) -> Claim | None:
    attempt = (Table.session_id == session.id) & (Table.attempt == held.attempt)
    if db.scalar(select(Table.id).where(attempt, Table.state == OPEN).limit(1)):
        return None
    session.lease_owner, session.lease_expires_at = held.owner, func.now() + held.lease
    return Claim(session.id, held.attempt, held.owner, held.lease)


def complete(db: Session, held: Claim, outcome: completion.Outcome) -> None:
    """Replaces the session's transcript and completes it.

    Raises:
        LeaseLost: the session is this claim's no more.
    """
    if not _completed_by(db, held):
        completion.complete(db, locked(db, held), outcome)
        # Its segments have it all by now, and a person may change or delete them there.
        db.execute(update(Table).where(Table.session_id == held.session_id).values(result={}))


def fail(db: Session, held: Claim, reason: str) -> None:
    """Ends the session with a sentence for its user.

    Raises:
        LeaseLost: the session is this claim's no more.
    """
    completion.fail(db, locked(db, held), reason)


def give_back(db: Session, held: Claim) -> None:
    """Makes the session pending again, so that the same attempt can go on elsewhere.

    Raises:
        LeaseLost: the session is this claim's no more.
    """
    session = locked(db, held)
    completion.leave(session, SessionState.PENDING)
    values = {
        "status": SessionState.PENDING.value,
        "message": "Waiting for another worker: the last one was stopped",
        "estimated_completion": None,
    }
    progress.upsert(db, session.id, session.owner_id, 0.0, values)


def expire(db: Session, held: Claim) -> None:
    """Ends the lease, so that housekeeping starts the next attempt.

    Raises:
        LeaseLost: the session is this claim's no more.
    """
    locked(db, held).lease_expires_at = func.now()


def fail_window(db: Session, held: WindowClaim, reason: str) -> None:
    """Ends the session of a window that cannot be transcribed.

    Raises:
        LeaseLost: the window is this claim's no more.
    """
    session, _ = window_locked(db, held)
    completion.fail(db, session, reason)


def give_back_window(db: Session, held: WindowClaim) -> None:
    """Leaves the window to whoever gets its message next.

    Raises:
        LeaseLost: the window is this claim's no more.
    """
    _, window = window_locked(db, held)
    window.lease_owner = window.lease_expires_at = None


def expire_window(db: Session, held: WindowClaim) -> None:
    """Ends the window's lease, so that housekeeping sends it out again.

    Raises:
        LeaseLost: the window is this claim's no more.
    """
    _, window = window_locked(db, held)
    window.lease_expires_at = func.now()


def _completed_by(db: Session, held: Claim) -> bool:
    """Whether an earlier try of this transaction was committed, though its answer was lost."""
    table = TranscriptionSession
    status = db.scalar(
        select(table.status).where(table.id == held.session_id, table.attempt == held.attempt)
    )
    return status == SessionState.COMPLETED.value
