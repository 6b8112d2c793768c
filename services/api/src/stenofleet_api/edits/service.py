"""How the text of segments is changed, and changed back."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Depends
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.db.models import Segment, SegmentEdit, TranscriptionSession

from stenofleet_api.deps import InContext, Owner
from stenofleet_api.edits.errors import NothingToUndo
from stenofleet_api.sessions import repository
from stenofleet_api.transcripts.ready import require_completed, require_segments

HISTORY = 1_000
"""Edits that are listed at most."""


class EditService:
    """One owner's edits."""

    def __init__(self, db: sessionmaker[Session], owner: str) -> None:
        """Reads and writes in ``db`` what belongs to ``owner``."""
        self._db = db
        self._owner = owner

    def change(self, session_id: uuid.UUID, contents: Mapping[int, str]) -> list[SegmentEdit]:
        """Gives segments another text; one that has it already is left out.

        Raises:
            SessionNotFound: there is no such session.
            TranscriptNotReady: it is not completed.
            InvalidRequest: the session has no such segment; then nothing is changed.
        """
        with self._db.begin() as db:
            session = self._locked(db, session_id)
            require_segments(db, session, contents.keys(), "body.segment_content")
            chosen = select(Segment).where(Segment.id.in_(contents)).order_by(Segment.position)
            edits = [_edit(row, contents[row.id]) for row in db.scalars(chosen)]
            made = [each for each in edits if each.before != each.after]
            db.add_all(made)
            db.flush()
            for each in made:
                db.refresh(each)
        return made

    def undo(self, session_id: uuid.UUID, segment: int | None) -> list[SegmentEdit]:
        """Takes back the last request's edits, or the last one of a segment; tells which.

        Raises:
            SessionNotFound, TranscriptNotReady: as for `change`.
            NothingToUndo: there is no edit.
        """
        with self._db.begin() as db:
            session = self._locked(db, session_id)
            last = db.scalar(_edits(session, segment).limit(1))
            if last is None:
                raise NothingToUndo(f"The text of session {session_id} was not edited.")
            # A request is a transaction, and its rows have one time.
            of_request = SegmentEdit.created_at == last.created_at
            undone = db.scalars(_edits(session, segment, of_request)).all()
            _take_back(db, undone)
        return list(undone)

    def history(self, session_id: uuid.UUID) -> list[SegmentEdit]:
        """The last edits that were not undone, newest first.

        Raises:
            SessionNotFound: there is no such session.
        """
        with self._db() as db:
            session = repository.get(db, self._owner, session_id)
            return list(db.scalars(_edits(session, None).limit(HISTORY)))

    def _locked(self, db: Session, session_id: uuid.UUID) -> TranscriptionSession:
        session = repository.lock(db, self._owner, session_id)
        require_completed(session)
        return session


def _edit(row: Segment, content: str) -> SegmentEdit:
    edit = SegmentEdit(
        session_id=row.session_id,
        segment_id=row.id,
        owner_id=row.owner_id,
        before=row.content,
        after=content,
    )
    row.content = content
    return edit


def _edits(
    session: TranscriptionSession, segment: int | None, *more: ColumnElement[bool]
) -> Select[SegmentEdit]:
    query = select(SegmentEdit).where(SegmentEdit.session_id == session.id, *more)
    if segment is not None:
        query = query.where(SegmentEdit.segment_id == segment)
    return query.order_by(SegmentEdit.id.desc())


def _take_back(db: Session, edits: Sequence[SegmentEdit]) -> None:
    for edit in edits:
        segment = db.get(Segment, edit.segment_id)
        if segment is not None:
            segment.content = edit.before
        db.delete(edit)


async def _service(context: InContext, owner: Owner) -> EditService:
    return EditService(context.sessions, owner)


Edits = Annotated[EditService, Depends(_service)]
