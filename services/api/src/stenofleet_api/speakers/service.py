"""How roles and names are read and changed."""

import uuid
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.contracts.roles import Role
from stenofleet.db.models import Segment, SegmentRole, SessionRole, TranscriptionSession

from stenofleet_api.deps import InContext, Owner
from stenofleet_api.sessions import repository
from stenofleet_api.speakers.schemas import SpeakerChange, SpeakersView, SpeakerView
from stenofleet_api.transcripts.ready import require_completed, require_segments


class SpeakerService:
    """One owner's speakers."""

    def __init__(self, db: sessionmaker[Session], owner: str) -> None:
        """Reads and writes in ``db`` what belongs to ``owner``."""
        self._db = db
        self._owner = owner

    def get(self, session_id: uuid.UUID) -> SpeakersView:
        """Who speaks.

        Raises:
            SessionNotFound: there is no such session.
            TranscriptNotReady: it is not completed.
        """
        with self._db() as db:
            session = repository.get(db, self._owner, session_id)
            require_completed(session)
            return _view(db, session)

    def change(self, session_id: uuid.UUID, changes: Mapping[int, SpeakerChange]) -> SpeakersView:
        """Gives speakers a role or a name.

        Raises:
            SessionNotFound, TranscriptNotReady: as for `get`.
        """
        with self._db.begin() as db:
            session = self._locked(db, session_id)
            for speaker, change in changes.items():
                _upsert(db, session, speaker, change)
            return _view(db, session)

    def change_segments(
        self, session_id: uuid.UUID, roles: Mapping[int, Role | None]
    ) -> SpeakersView:
        """Gives single segments a role other than their speaker's, or takes it away.

        Raises:
            SessionNotFound, TranscriptNotReady: as for `get`.
            InvalidRequest: the session has no such segment; then nothing is changed.
        """
        with self._db.begin() as db:
            session = self._locked(db, session_id)
            require_segments(db, session, roles.keys(), "body.segment_roles")
            for segment, role in roles.items():
                _set_segment(db, session, segment, role)
            return _view(db, session)

    def _locked(self, db: Session, session_id: uuid.UUID) -> TranscriptionSession:
        session = repository.lock(db, self._owner, session_id)
        require_completed(session)
        return session


def _upsert(
    db: Session, session: TranscriptionSession, speaker: int, change: SpeakerChange
) -> None:
    values = {
        name: getattr(change, name).value if name == "role" else getattr(change, name)
        for name in change.model_fields_set
        if name == "name" or getattr(change, name) is not None
    }
    # A role that a person gives is no guess any more.
    anew = {
        **values,
        **({"confidence": None} if "role" in values else {}),
        "updated_at": func.now(),
    }
    key = {"session_id": session.id, "speaker_id": speaker}
    row = insert(SessionRole).values(**key, owner_id=session.owner_id, **values)
    db.execute(row.on_conflict_do_update(index_elements=list(key), set_=anew))


def _set_segment(
    db: Session, session: TranscriptionSession, segment: int, role: Role | None
) -> None:
    if role is None:
        db.execute(delete(SegmentRole).where(SegmentRole.segment_id == segment))
        return
    values = {"role": role.value, "updated_at": func.now()}
    row = insert(SegmentRole).values(
        segment_id=segment, session_id=session.id, owner_id=session.owner_id, **values
    )
    db.execute(row.on_conflict_do_update(index_elements=["segment_id"], set_=values))


def _view(db: Session, session: TranscriptionSession) -> SpeakersView:
    roles = {
        row.speaker_id: row
        for row in db.scalars(select(SessionRole).where(SessionRole.session_id == session.id))
    }
    single = db.scalars(select(SegmentRole).where(SegmentRole.session_id == session.id))
    spoken = _spoken(db, session.id)
    return SpeakersView(
        speakers=[
            _speaker(speaker, roles.get(speaker), *spoken.get(speaker, (0, 0.0)))
            for speaker in sorted(roles.keys() | spoken.keys())
        ],
        segment_roles={str(row.segment_id): Role(row.role) for row in single},
    )


def _spoken(db: Session, session_id: uuid.UUID) -> dict[int, tuple[int, float]]:
    """Segments and seconds by speaker."""
    seconds = func.sum(Segment.end_seconds - Segment.start_seconds)
    query = select(Segment.speaker_id, func.count(), seconds).where(
        Segment.session_id == session_id
    )
    rows = db.execute(query.group_by(Segment.speaker_id))
    return {speaker: (count, float(total)) for speaker, count, total in rows}


def _speaker(speaker: int, role: SessionRole | None, segments: int, seconds: float) -> SpeakerView:
    return SpeakerView(
        speaker_id=speaker,
        role=Role(role.role) if role else Role.UNKNOWN,
        name=role.name if role else None,
        confidence=role.confidence if role else None,
        segments=segments,
        seconds=round(seconds, 3),
    )


async def _service(context: InContext, owner: Owner) -> SpeakerService:
    return SpeakerService(context.sessions, owner)


Speakers = Annotated[SpeakerService, Depends(_service)]
