"""What a delivery leaves in PostgreSQL; each function is one transaction under its claim."""

from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionSession, TranscriptionWindow

from stenofleet_worker.transcription import completion, progress
from stenofleet_worker.transcription.engines.base import Segment, Word
from stenofleet_worker.transcription.ownership import Claim, locked
from stenofleet_worker.transcription.windows import Window

DONE = "done"
"""State of a window whose result is complete."""


@dataclass(frozen=True)
class Finished:
    """A finished window; ``start`` and ``end`` in seconds of the recording."""

    index: int
    start: float
    end: float
    language: str | None
    segments: tuple[Segment, ...]


def finished(db: Session, held: Claim) -> dict[int, Finished]:
    """The windows that earlier deliveries of the same attempt finished, by index."""
    table = TranscriptionWindow
    rows = db.scalars(
        select(table).where(
            table.session_id == held.session_id,
            table.attempt == held.attempt,
            table.state == DONE,
        )
    )
    return {row.index: _finished(row) for row in rows}


def save(db: Session, held: Claim, done: Finished) -> None:
    """Keeps a window's result.

    Raises:
        LeaseLost: the session is this claim's no more.
    """
    locked(db, held)
    values = {
        "start_seconds": done.start,
        "end_seconds": done.end,
        "state": DONE,
        "result": {
            "language": done.language,
            "segments": [asdict(segment) for segment in done.segments],
        },
    }
    table = TranscriptionWindow
    row = upsert(table).values(
        session_id=held.session_id, attempt=held.attempt, index=done.index, **values
    )
    db.execute(
        row.on_conflict_do_update(
            index_elements=[table.session_id, table.attempt, table.index],
            set_={**values, "updated_at": func.now()},
        )
    )


def complete(db: Session, held: Claim, windows: list[Finished]) -> None:
    """Replaces the session's segments by those of all windows and completes it.

    Raises:
        LeaseLost: the session is this claim's no more.
    """
    if _completed_by(db, held):
        return
    segments = tuple(segment for window in windows for segment in window.segments)
    outcome = completion.Outcome(segments, _language(windows), windows[-1].end)
    completion.complete(db, locked(db, held), outcome)


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


def offset(window: Window, language: str | None, segments: list[Segment]) -> Finished:
    """A window's result in seconds of the recording."""
    start = window.start_seconds
    moved = tuple(
        Segment(
            each.text,
            start + each.start,
            start + each.end,
            each.confidence,
            tuple(
                Word(word.text, start + word.start, start + word.end, word.confidence)
                for word in each.words
            ),
        )
        for each in segments
    )
    return Finished(window.index, start, window.end_seconds, language, moved)


def _completed_by(db: Session, held: Claim) -> bool:
    """Whether an earlier try of this transaction was committed, though its answer was lost."""
    table = TranscriptionSession
    status = db.scalar(
        select(table.status).where(table.id == held.session_id, table.attempt == held.attempt)
    )
    return status == SessionState.COMPLETED.value


def _language(windows: list[Finished]) -> str | None:
    return next((each.language for each in windows if each.language), None)


def _finished(row: TranscriptionWindow) -> Finished:
    segments = tuple(
        Segment(**{**each, "words": tuple(Word(**word) for word in each["words"])})
        for each in row.result["segments"]
    )
    return Finished(row.index, row.start_seconds, row.end_seconds, row.result["language"], segments)
