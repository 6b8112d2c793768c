"""How subtitles become a session's transcript, in one transaction."""

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import delete, func, insert
from sqlalchemy.orm import Session, sessionmaker
from stenofleet import happenings
from stenofleet.contracts.events import EventName
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import Segment, SessionRole, TranscriptionSession

from stenofleet_api.deps import InContext, Owner
from stenofleet_api.imports.cues import Cue, Subtitles
from stenofleet_api.imports.speakers import Cast
from stenofleet_api.sessions import repository
from stenofleet_api.sessions.errors import StateConflict
from stenofleet_api.sessions.states import enter

_RUNNING = frozenset({SessionState.PENDING, SessionState.PROCESSING})
_WAYS = {
    SessionState.UPLOADING: (SessionState.PENDING, SessionState.PROCESSING, SessionState.COMPLETED),
    SessionState.CANCELLED: (
        SessionState.UPLOADING,
        SessionState.PENDING,
        SessionState.PROCESSING,
        SessionState.COMPLETED,
    ),
    SessionState.FAILED: (SessionState.PROCESSING, SessionState.COMPLETED),
    SessionState.COMPLETED: (SessionState.PROCESSING, SessionState.COMPLETED),
}
"""The states through which an import leads, by the table of the contracts."""


class ImportService:
    """One owner's imports."""

    def __init__(self, db: sessionmaker[Session], owner: str) -> None:
        """Writes into ``db`` for ``owner``."""
        self._db = db
        self._owner = owner

    def take(
        self, session_id: uuid.UUID, cues: Sequence[Cue], kind: Subtitles
    ) -> TranscriptionSession:
        """Replaces the session's transcript by the cues and completes it.

        Raises:
            SessionNotFound: there is none.
            StateConflict: a transcription of it is under way.
        """
        with self._db.begin() as db:
            session = repository.lock(db, self._owner, session_id)
            _complete(db, session, cues, kind)
            _replace(db, session, cues)
            db.flush()
            db.refresh(session)
            happenings.tell(db, session, EventName.COMPLETED)
        return session


def _complete(
    db: Session, session: TranscriptionSession, cues: Sequence[Cue], kind: Subtitles
) -> None:
    now = SessionState(session.status)
    if now in _RUNNING:
        raise StateConflict(
            now,
            f"The session is {now}; cancel its transcription first, or wait for its end.",
        )
    for state in _WAYS[now]:
        enter(session, state)
    session.attempt += 1
    session.error_message = None
    session.completed_at = func.now()
    session.provider_metadata = {**session.provider_metadata, "imported_from": kind.value}
    if session.duration_seconds is None and cues:
        session.duration_seconds = max(each.end for each in cues) / 1000
    repository.reset_processing_status(db, session, f"Imported from {kind.value.upper()}", 100.0)


def _replace(db: Session, session: TranscriptionSession, cues: Sequence[Cue]) -> None:
    cast = Cast.of(each.label for each in cues)
    for table in (Segment, SessionRole):
        db.execute(delete(table).where(table.session_id == session.id))
    rows = [_row(session, position, each, cast) for position, each in enumerate(cues)]
    if rows:
        db.execute(insert(Segment), rows)
    for speaker in sorted(cast.roles.keys() | cast.names.keys()):
        db.add(
            SessionRole(
                session_id=session.id,
                speaker_id=speaker,
                owner_id=session.owner_id,
                role=cast.roles[speaker].value if speaker in cast.roles else "UNKNOWN",
                name=cast.names.get(speaker),
            )
        )


def _row(session: TranscriptionSession, position: int, cue: Cue, cast: Cast) -> dict[str, Any]:
    return {
        "session_id": session.id,
        "owner_id": session.owner_id,
        "position": position,
        "speaker_id": cast.speaker(cue.label),
        "start_seconds": cue.start / 1000,
        "end_seconds": cue.end / 1000,
        "content": cue.text,
    }


async def _service(context: InContext, owner: Owner) -> ImportService:
    return ImportService(context.sessions, owner)


Imports = Annotated[ImportService, Depends(_service)]
