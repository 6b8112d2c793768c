"""How a session ends, whichever engine heard it; each function is part of its caller's transaction.

The caller holds the session's row locked and has made sure that the session is still its own. No
sound is handled here: the image for housekeeping, which ends sessions of Google's, decodes none.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session
from stenofleet import happenings
from stenofleet.contracts.events import EventName
from stenofleet.contracts.roles import Role
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import Segment as SegmentRow
from stenofleet.db.models import SessionRole, TranscriptionSession

from stenofleet_worker.transcription import progress
from stenofleet_worker.transcription.engines.base import Segment

Guess = tuple[Role, float]
"""What a speaker may be, and how certain that is (0 to 1)."""


@dataclass(frozen=True)
class Outcome:
    """A transcript.

    Attributes:
        segments: ascending, in seconds of the recording, each with its speaker.
        language: what the engine heard; None leaves the session's as it is.
        duration_seconds: of the recording.
        roles: guesses by speaker.
        cost: what the provider charges; None when nobody knows.
        provider_metadata: added to the session's.
    """

    segments: tuple[Segment, ...]
    language: str | None
    duration_seconds: float
    roles: Mapping[int, Guess] = field(default_factory=dict)
    cost: Decimal | None = None
    provider_metadata: Mapping[str, Any] = field(default_factory=dict)


def complete(db: Session, session: TranscriptionSession, outcome: Outcome) -> None:
    """Replaces the transcript of ``session``, whose row is locked, and completes it."""
    rows = _segment_rows(session, outcome)
    db.execute(delete(SegmentRow).where(SegmentRow.session_id == session.id))
    if rows:
        db.execute(insert(SegmentRow), rows)
    _guess_roles(db, session, outcome.roles)
    session.duration_seconds = outcome.duration_seconds
    session.language = outcome.language or session.language
    session.cost = outcome.cost if outcome.cost is not None else session.cost
    session.provider_metadata = {**session.provider_metadata, **outcome.provider_metadata}
    session.completed_at = func.now()
    leave(session, SessionState.COMPLETED)
    _tell_completed(db, session, outcome.duration_seconds, spoken=bool(rows))
    happenings.tell(db, session, EventName.COMPLETED)


def fail(db: Session, session: TranscriptionSession, reason: str) -> None:
    """Ends ``session``, whose row is locked, with a sentence for its user."""
    leave(session, SessionState.FAILED)
    session.error_message = reason
    values = {"status": SessionState.FAILED.value, "message": reason, "estimated_completion": None}
    progress.upsert(db, session.id, session.owner_id, 0.0, values)
    happenings.tell(db, session, EventName.FAILED)


def leave(session: TranscriptionSession, state: SessionState) -> None:
    """Brings ``session`` to ``state``, in which no worker holds it."""
    session.status = state.value
    session.error_message = None
    session.lease_owner = None
    session.lease_expires_at = None


def _tell_completed(
    db: Session, session: TranscriptionSession, duration: float, *, spoken: bool
) -> None:
    values = {
        "status": SessionState.COMPLETED.value,
        "message": "Completed" if spoken else "Completed: nobody speaks in this recording",
        "duration_processed": duration,
        "duration_total": duration,
        "estimated_completion": None,
    }
    progress.upsert(db, session.id, session.owner_id, 100.0, values)


def _segment_rows(session: TranscriptionSession, outcome: Outcome) -> list[dict[str, Any]]:
    return [
        {
            "session_id": session.id,
            "owner_id": session.owner_id,
            "position": position,
            "speaker_id": segment.speaker_id,
            "start_seconds": segment.start,
            "end_seconds": segment.end,
            "content": segment.text,
            "confidence": segment.confidence,
            "words": [asdict(word) for word in segment.words],
        }
        for position, segment in enumerate(each for each in outcome.segments if each.text)
    ]


def _guess_roles(db: Session, session: TranscriptionSession, roles: Mapping[int, Guess]) -> None:
    """Replaces earlier guesses; a role that a person has said, and a name, stay."""
    table = SessionRole
    guessed = (table.session_id == session.id) & table.confidence.is_not(None)
    db.execute(
        delete(table).where(guessed, table.name.is_(None), table.speaker_id.not_in(list(roles)))
    )
    for speaker_id, (role, confidence) in roles.items():
        guess = {"role": role.value, "confidence": confidence}
        row = upsert(table).values(
            session_id=session.id, speaker_id=speaker_id, owner_id=session.owner_id, **guess
        )
        db.execute(
            row.on_conflict_do_update(
                index_elements=[table.session_id, table.speaker_id],
                set_={**guess, "updated_at": func.now()},
                where=table.confidence.is_not(None),
            )
        )
