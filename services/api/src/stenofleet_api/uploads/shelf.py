"""Files of uploads, and the rows by which they are found.

Every file on its way has a row in ``upload``, written before the first byte: who dies in between
leaves the row, by which the file can be found and removed.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy.orm import Session
from stenofleet.db.models import TranscriptionSession, Upload
from stenofleet.errors import StorageError

from stenofleet_api import metrics
from stenofleet_api.deps import Context
from stenofleet_api.sessions import repository as session_repository
from stenofleet_api.uploads import repository
from stenofleet_api.uploads.attach import attach, refuse_late
from stenofleet_api.uploads.errors import UploadClosed
from stenofleet_api.uploads.filenames import display_name, new_key
from stenofleet_api.uploads.intake import Facts

log = structlog.get_logger(__name__)


class Shelf:
    """One owner's files on their way to their sessions."""

    def __init__(self, context: Context, owner: str) -> None:
        """Files lie in the context's store of recordings."""
        self._db = context.sessions
        self._recordings = context.recordings
        self._owner = owner

    def begin(
        self,
        session_id: uuid.UUID,
        filename: str,
        content_type: str | None = None,
        expires_at: datetime | None = None,
    ) -> Upload:
        """A new upload; one by URL, which expires, closes the session's former one.

        Raises:
            SessionNotFound, UploadRefused: there is no session that takes a recording.
            UnsupportedExtension: the ending of the name is not taken.
        """
        name = display_name(filename)
        upload = Upload(
            session_id=session_id,
            owner_id=self._owner,
            uri=self._recordings.uri(new_key(session_id, name)),
            filename=name,
            content_type=content_type,
            expires_at=expires_at,
        )
        with self._db.begin() as db:
            session = session_repository.lock(db, self._owner, session_id)
            refuse_late(session)
            replaced = repository.linked(db, session) if expires_at else None
            if replaced is not None:
                self._close(db, replaced)
            db.add(upload)
        self.remove([replaced.uri] if replaced else [])
        return upload

    def linked(self, session_id: uuid.UUID) -> tuple[TranscriptionSession, Upload | None]:
        """The session and the upload to which its URL leads, as they are at one moment.

        Raises:
            SessionNotFound: there is none.
        """
        # Locked, so that both are from before or both from after a confirmation.
        with self._db.begin() as db:
            session = session_repository.lock(db, self._owner, session_id)
            return session, repository.linked(db, session)

    def finish(
        self, upload: Upload, facts: Facts, source: Upload | None = None
    ) -> TranscriptionSession:
        """Makes ``upload`` its session's recording; ``source`` is what it was copied from.

        Raises:
            SessionNotFound, UploadRefused: there is no session that takes a recording.
            UploadClosed: one of them was closed meanwhile.
        """
        with self._db.begin() as db:
            session = session_repository.lock(db, self._owner, upload.session_id)
            refuse_late(session)
            for each in filter(None, (upload, source)):
                self._close(db, each)
            replaced = [session.audio_uri, source.uri if source else None]
            attach(session, upload, facts)
            db.flush()
            db.refresh(session)
        self.remove(filter(None, replaced))
        metrics.UPLOAD_BYTES.inc(facts.size_bytes)
        return session

    def open_link(self, upload_id: uuid.UUID) -> Upload:
        """The upload to which a URL leads.

        Raises:
            UploadClosed: it was confirmed or replaced.
        """
        with self._db() as db:
            upload = repository.by_id(db, upload_id)
        if upload is None or upload.expires_at is None:
            raise UploadClosed
        return upload

    def abandon(self, upload: Upload) -> None:
        """Closes the upload and removes its file, unless its session took it meanwhile."""
        with self._db.begin() as db:
            session = db.get(TranscriptionSession, upload.session_id)
            if session is not None and session.audio_uri == upload.uri:
                return
            try:
                self._close(db, upload)
            except UploadClosed:
                log.debug("an upload was closed before", upload_id=str(upload.id))
        self.remove([upload.uri])

    def remove(self, uris: Iterable[str]) -> None:
        """Removes files; the answer to a request does not depend on it, only room does."""
        for uri in uris:
            try:
                self._recordings.delete(uri)
            except StorageError as error:
                log.warning("a file stays in the store", uri=uri, error=str(error))

    def _close(self, db: Session, upload: Upload) -> None:
        # A URL that the store has signed goes on to serve: the row lets housekeeping find what
        # may yet come by it.
        late = upload.expires_at is not None and self._recordings.signs_urls
        closed = repository.unlink(db, upload.id) if late else repository.close(db, upload.id)
        if not closed:
            raise UploadClosed
