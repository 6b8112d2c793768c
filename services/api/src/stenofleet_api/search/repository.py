"""Search in PostgreSQL: by words, and by parts of the text for languages without spaces."""

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import Segment, TranscriptionSession


def find(
    db: Session, owner: str, words: str, *, limit: int, offset: int
) -> list[tuple[Segment, TranscriptionSession]]:
    """Segments of the owner's transcripts that hold the words, with their sessions.

    ``words`` is read as a web search (``"..."``, ``or``, ``-``). The configuration ``simple``
    knows no language, so it serves all; it finds nothing inside of words, and a language that does
    not part them is one word to it: there the text as it stands is looked for.
    """
    asked = func.websearch_to_tsquery("simple", words)
    query = (
        select(Segment, TranscriptionSession)
        .join(TranscriptionSession, TranscriptionSession.id == Segment.session_id)
        .where(
            Segment.owner_id == owner,
            TranscriptionSession.owner_id == owner,
            TranscriptionSession.status == SessionState.COMPLETED.value,
            or_(
                Segment.search.bool_op("@@")(asked),
                Segment.content.icontains(words, autoescape=True),
            ),
        )
        .order_by(TranscriptionSession.created_at.desc(), Segment.session_id, Segment.position)
    )
    rows = db.execute(query.limit(limit).offset(offset))
    return [(segment, session) for segment, session in rows]
