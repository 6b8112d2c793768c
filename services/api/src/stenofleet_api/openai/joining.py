"""Requests that are the same share one session.

A request's row leads to the session that answers it. Who claims it anew holds the row's lock, so
that of two that come at once one starts and the other joins.
"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionRequest, TranscriptionSession

JOIN_WITHIN: Final = timedelta(minutes=10)
"""How long after a request the same one joins it: longer than clients wait for an answer."""

_ANSWERING: Final = (SessionState.PENDING, SessionState.PROCESSING, SessionState.COMPLETED)


class OtherRuns(Exception):  # noqa: N818 - no error: it tells what to do instead
    """Another session answers the same request."""


class Joined(Exception):  # noqa: N818 - no error: it tells why to leave the session alone
    """Others wait for the session, too."""


def join(db: Session, owner: str, fingerprint: str) -> uuid.UUID | None:
    """Joins the session that answers the same request; None when there is none."""
    request = db.get(TranscriptionRequest, (owner, fingerprint), with_for_update=True)
    if request is None or not _answers(db, request, lock=True):
        return None
    request.joined = True
    request.asked_at = func.now()
    return request.session_id


def claim(db: Session, session: TranscriptionSession, fingerprint: str) -> None:
    """Makes the session the one that answers the request.

    Raises:
        OtherRuns: there is one already.
    """
    row = {"owner_id": session.owner_id, "hash": fingerprint, "session_id": session.id}
    db.execute(insert(TranscriptionRequest).values(row).on_conflict_do_nothing())
    request = db.get_one(
        TranscriptionRequest, (session.owner_id, fingerprint), with_for_update=True
    )
    if request.session_id != session.id and _answers(db, request, lock=False):
        raise OtherRuns
    request.session_id = session.id
    request.joined = False
    request.asked_at = func.now()


def refuse_joined(db: Session, session: TranscriptionSession) -> None:
    """Raises Joined when others wait for the locked session."""
    table = TranscriptionRequest
    query = select(table.hash).where(table.session_id == session.id, table.joined)
    if db.scalar(query) is not None:
        raise Joined


def _answers(db: Session, request: TranscriptionRequest, *, lock: bool) -> bool:
    if request.asked_at < datetime.now(UTC) - JOIN_WITHIN:
        return False
    table = TranscriptionSession
    query = select(table.id).where(
        table.id == request.session_id,
        table.owner_id == request.owner_id,
        table.status.in_(_ANSWERING),
    )
    return db.scalar(query.with_for_update() if lock else query) is not None
