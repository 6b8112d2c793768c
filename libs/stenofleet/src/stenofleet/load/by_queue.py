"""Sessions straight into database and queue, beside the API (extras: celery, db, storage)."""

import io
import uuid
from collections.abc import Collection

from celery import Celery
from sqlalchemy.orm import Session, sessionmaker

from stenofleet import outbox, status
from stenofleet.contracts.progress import Progress
from stenofleet.contracts.states import ENDED, SessionState
from stenofleet.db.models import TranscriptionSession
from stenofleet.db.told import database_told
from stenofleet.load.recording import Recording
from stenofleet.load.target import Sent
from stenofleet.steps import Trouble
from stenofleet.storage import Recordings


class ByQueue:
    """Each session is a row, a recording in the store and a message, as the API leaves them."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        recordings: Recordings,
        app: Celery,
        recording: Recording,
        language: str,
    ) -> None:
        self._sessions = sessions
        self._recordings = recordings
        self._app = app
        self._recording = recording
        self._language = language
        self.made: set[uuid.UUID] = set()

    def submit(self, number: int) -> Sent:
        """One transaction, and the message after its commit."""
        session_id = uuid.uuid4()
        self.made.add(session_id)
        key = f"{session_id}/{self._recording.name}"
        uri = self._recordings.save(key, io.BytesIO(self._recording.content))
        with database_told():
            sent, row = self._written(session_id, number, uri)
            published = outbox.publish(self._sessions, self._app, row)
        if not published:
            raise Trouble("the broker takes no tasks", "check CELERY_BROKER_URL, or REDIS_URL")
        return sent

    def ended(self, waiting: Collection[uuid.UUID]) -> dict[uuid.UUID, Progress]:
        """One query."""
        with database_told(), self._sessions() as db:
            found = status.read(db, waiting)
        return {each: told for each, told in found.items() if told.status in ENDED}

    def remove(self, session: uuid.UUID) -> None:
        """The recording first, so that none is left without its row."""
        with database_told(), self._sessions.begin() as db:
            row = db.get(TranscriptionSession, session)
            if row is not None:
                self._recordings.delete(str(row.audio_uri))
                db.delete(row)

    def _written(self, session_id: uuid.UUID, number: int, uri: str) -> tuple[Sent, int]:
        with self._sessions.begin() as db:
            session = self._session(session_id, number, uri)
            db.add(session)
            db.flush()
            row = outbox.add_transcription(db, session)
            return Sent(session_id, session.updated_at), row.id

    def _session(self, session_id: uuid.UUID, number: int, uri: str) -> TranscriptionSession:
        return TranscriptionSession(
            id=session_id,
            title=f"load test {number}",
            language=self._language,
            status=SessionState.PENDING.value,
            audio_filename=self._recording.name,
            audio_uri=uri,
            duration_seconds=self._recording.seconds,
            transcription_job_id=str(uuid.uuid4()),
            attempt=1,
        )
