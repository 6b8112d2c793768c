"""Transcripts of completed sessions."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.db.models import Segment, TranscriptionSession

from stenofleet_api.deps import InContext, Owner
from stenofleet_api.sessions import repository as session_repository
from stenofleet_api.transcripts import repository
from stenofleet_api.transcripts.documents import DOCX_SEGMENTS
from stenofleet_api.transcripts.errors import TooLongForDocument
from stenofleet_api.transcripts.ready import require_completed
from stenofleet_api.transcripts.repository import Speakers
from stenofleet_api.transcripts.schemas import SegmentView, Transcript


@dataclass(frozen=True)
class Reading:
    """A transcript that is being read: segments come from the database while they are asked for."""

    title: str
    segments: Iterator[SegmentView]


class TranscriptService:
    """One owner's transcripts."""

    def __init__(self, db: sessionmaker[Session], owner: str) -> None:
        """Reads from ``db`` what belongs to ``owner``."""
        self._db = db
        self._owner = owner

    def get(self, session_id: uuid.UUID, *, words: bool = False) -> Transcript:
        """The whole transcript.

        Raises:
            SessionNotFound: there is no such session.
            TranscriptNotReady: the session is not completed.
        """
        with self._db() as db:
            session = self._completed(db, session_id)
            who = repository.speakers(db, session_id)
            rows = repository.segments(db, session_id, words=words)
            return _transcript(session, who, [_segment(row, who, words=words) for row in rows])

    def require(self, session_id: uuid.UUID, *, as_document: bool = False) -> str:
        """The title of a session that can be read; refuses before anything is written.

        Raises:
            SessionNotFound: there is no such session.
            TranscriptNotReady: the session is not completed.
            TooLongForDocument: it has too many segments for a Word document.
        """
        with self._db() as db:
            title = self._completed(db, session_id).title
            if as_document and (found := repository.count(db, session_id)) > DOCX_SEGMENTS:
                raise TooLongForDocument(found)
        return title

    @contextmanager
    def reading(self, session_id: uuid.UUID) -> Iterator[Reading]:
        """The transcript, segment by segment, as of one moment."""
        with self._db() as db:
            db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            session = self._completed(db, session_id)
            who = repository.speakers(db, session_id)
            rows = repository.segments(db, session_id)
            yield Reading(session.title, (_segment(row, who) for row in rows))

    def _completed(self, db: Session, session_id: uuid.UUID) -> TranscriptionSession:
        session = session_repository.get(db, self._owner, session_id)
        require_completed(session)
        return session


def _transcript(
    session: TranscriptionSession, who: Speakers, segments: list[SegmentView]
) -> Transcript:
    return Transcript(
        session_id=session.id,
        title=session.title,
        duration_seconds=session.duration_seconds,
        language=session.language,
        created_at=session.created_at,
        role_assignments={str(speaker): role for speaker, role in who.roles.items()},
        segment_roles={str(segment): role for segment, role in who.of_segments.items()},
        segments=segments,
    )


def _segment(row: Segment, who: Speakers, *, words: bool = False) -> SegmentView:
    return SegmentView(
        id=row.id,
        speaker_id=row.speaker_id,
        start_sec=row.start_seconds,
        end_sec=row.end_seconds,
        content=row.content,
        confidence=row.confidence,
        role=who.role(row),
        name=who.name(row),
        words=row.words if words else None,
    )


async def _service(context: InContext, owner: Owner) -> TranscriptService:
    return TranscriptService(context.sessions, owner)


Transcripts = Annotated[TranscriptService, Depends(_service)]
