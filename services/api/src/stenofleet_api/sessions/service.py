"""What can be done with sessions."""

import uuid
from collections.abc import Callable
from typing import Annotated, TypeAlias

from fastapi import Depends
from sqlalchemy.orm import Session
from stenofleet import happenings, jobs, status
from stenofleet.contracts.events import EventName
from stenofleet.contracts.progress import Progress
from stenofleet.contracts.states import SessionState
from stenofleet.db.files import addresses
from stenofleet.db.models import Outbox, TranscriptionSession

from stenofleet_api.deps import Context, InContext, Owner
from stenofleet_api.sessions import providers, repository
from stenofleet_api.sessions.errors import (
    AlreadyStarted,
    NotFailed,
    RecordingMissing,
    StateConflict,
)
from stenofleet_api.sessions.filters import Cursor, Filter
from stenofleet_api.sessions.schemas import NewSession, SessionChange
from stenofleet_api.sessions.states import enter

STARTED = frozenset({SessionState.PENDING, SessionState.PROCESSING, SessionState.COMPLETED})
CANCELLABLE = frozenset({SessionState.UPLOADING, SessionState.PENDING, SessionState.PROCESSING})
Check: TypeAlias = Callable[[Session, TranscriptionSession], None]
"""Looks at a locked session in the transaction that is about to change it, may change it, too, and
stops all of it by an exception."""

_COLUMNS = {"title", "language", "duration_seconds", "provider", "tags"}


class SessionService:
    """One owner's sessions."""

    def __init__(self, context: Context, owner: str) -> None:
        """Publishes what is started through the context's publisher."""
        self._db = context.sessions
        self._publisher = context.publisher
        self._recordings = context.recordings
        self._settings = context.settings
        self._owner = owner

    def create(self, new: NewSession) -> TranscriptionSession:
        """A session that waits for its recording.

        Raises:
            InvalidRequest: this installation is not set up for the provider.
        """
        providers.refuse_absent(new.provider, self._settings)
        session = TranscriptionSession(
            owner_id=self._owner,
            **new.model_dump(mode="json", include=_COLUMNS),
            priority=new.priority.number.value,
            options=new.options().model_dump(mode="json"),
        )
        with self._db.begin() as db:
            db.add(session)
            db.flush()
            db.refresh(session)
            happenings.tell(db, session, EventName.CREATED)
        return session

    def providers(self) -> list[providers.Provider]:
        """The engines that a session may name."""
        return providers.offered(self._settings)

    def page(
        self, asked: Filter, limit: int, offset: int = 0, after: Cursor | None = None
    ) -> tuple[list[TranscriptionSession], int]:
        """A part of the list, newest first, and how many there are in all."""
        with self._db() as db:
            return repository.page(db, self._owner, asked, limit=limit, offset=offset, after=after)

    def change(self, session_id: uuid.UUID, change: SessionChange) -> TranscriptionSession:
        """Gives the session another title or other tags, or SessionNotFound."""
        with self._db.begin() as db:
            session = repository.lock(db, self._owner, session_id)
            for name, value in change.model_dump(exclude_none=True).items():
                setattr(session, name, value)
            db.flush()
            db.refresh(session)
        return session

    def cancel(
        self, session_id: uuid.UUID, check: Check = lambda _, __: None
    ) -> TranscriptionSession:
        """Ends a session that is not done; who works on it stops at its next step.

        Raises:
            SessionNotFound: there is none.
            StateConflict: it has ended before.
        """
        with self._db.begin() as db:
            session = repository.lock(db, self._owner, session_id)
            if session.status not in CANCELLABLE:
                raise StateConflict(
                    session.status, f"The session is {session.status}: there is nothing to cancel."
                )
            check(db, session)
            enter(session, SessionState.CANCELLED)
            _fence_off(session)
            repository.end_processing_status(db, session, "Cancelled")
            db.refresh(session)
            happenings.tell(db, session, EventName.CANCELLED)
        return session

    def delete(self, session_id: uuid.UUID) -> None:
        """Removes the session with all that belongs to it, the recording first.

        A store that is away leaves the session as it is, so that it can be deleted again. Who
        works on it finds it gone at the next step.

        Raises:
            SessionNotFound: there is none.
            StorageError: the store is away.
        """
        with self._db.begin() as db:
            session = repository.lock(db, self._owner, session_id)
            for uri in addresses(db, session):
                self._recordings.delete(uri)
            happenings.tell(db, session, EventName.DELETED)
            db.delete(session)

    def get(self, session_id: uuid.UUID) -> TranscriptionSession:
        """The session, or SessionNotFound."""
        with self._db() as db:
            return repository.get(db, self._owner, session_id)

    def status(self, session_id: uuid.UUID) -> Progress:
        """How far the session is, or SessionNotFound."""
        with self._db() as db:
            session = repository.get(db, self._owner, session_id)
            return status.of(session, repository.processing_status(db, session_id))

    def start(
        self, session_id: uuid.UUID, check: Check = lambda _, __: None
    ) -> TranscriptionSession:
        """Asks for the transcript.

        Raises:
            SessionNotFound: there is none.
            AlreadyStarted: it was started before.
            RecordingMissing: there is nothing to transcribe yet.
            StateConflict: its state does not allow it.
        """
        with self._db.begin() as db:
            session = repository.lock(db, self._owner, session_id)
            _refuse_other_than_new(session)
            _refuse_without_recording(session)
            check(db, session)
            row = _ask(db, session)
        self._publish(row)
        return session

    def retry(self, session_id: uuid.UUID) -> TranscriptionSession:
        """Asks again for the transcript of a failed session, as a job of its own.

        Raises:
            SessionNotFound: there is none.
            NotFailed: the session did not fail.
            RecordingMissing: it failed for want of a recording.
        """
        with self._db.begin() as db:
            session = repository.lock(db, self._owner, session_id)
            _refuse_not_failed(session)
            _refuse_without_recording(session)
            # The table leads from failed to pending by the state that waits for a start.
            enter(session, SessionState.UPLOADING)
            row = _ask(db, session)
        self._publish(row)
        return session

    def _publish(self, row: Outbox | None) -> None:
        """Sends the message, unless the provider needs none."""
        if row is not None:
            self._publisher.publish(row.id)


def _ask(db: Session, session: TranscriptionSession) -> Outbox | None:
    """Makes the session pending and asks its provider, in one transaction.

    A new start is a new job: Celery's result of the former one is final.
    """
    enter(session, SessionState.PENDING)
    session.transcription_job_id = str(uuid.uuid4())
    _fence_off(session)
    session.error_message = None
    repository.reset_processing_status(db, session, "waiting for a worker")
    row = jobs.ask(db, session)
    db.refresh(session)
    happenings.tell(db, session, EventName.STARTED)
    return row


def _fence_off(session: TranscriptionSession) -> None:
    """Whoever works on the session by an earlier message writes no more."""
    session.attempt += 1
    session.lease_owner = session.lease_expires_at = None


def _refuse_other_than_new(session: TranscriptionSession) -> None:
    if session.status in STARTED:
        raise AlreadyStarted(
            session.status,
            f"The transcription was started before, the session is {session.status}; "
            f"follow it at GET /api/v1/sessions/{session.id}/status.",
        )
    if session.status == SessionState.FAILED:
        raise StateConflict(
            session.status,
            f"The session failed ({session.error_message or 'no reason is known'}); try it again "
            f"with POST /api/v1/sessions/{session.id}/retry-transcription.",
        )
    if session.status == SessionState.CANCELLED:
        raise StateConflict(
            session.status, "The session was cancelled; upload the recording again to begin anew."
        )


def _refuse_without_recording(session: TranscriptionSession) -> None:
    if session.audio_uri is None:
        raise RecordingMissing(
            session.status,
            f"The session is {session.status} and has no recording; upload one first with "
            f"POST /api/v1/sessions/{session.id}/upload, or confirm the one that you uploaded.",
        )


def _refuse_not_failed(session: TranscriptionSession) -> None:
    if session.status != SessionState.FAILED:
        raise NotFailed(
            session.status,
            f"The session is {session.status}; only a failed one can be tried again.",
        )


async def _service(context: InContext, owner: Owner) -> SessionService:
    return SessionService(context, owner)


Sessions = Annotated[SessionService, Depends(_service)]
