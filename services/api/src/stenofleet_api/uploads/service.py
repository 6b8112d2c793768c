"""How a recording comes into the store and becomes its session's.

Every file on its way has a row in ``upload``, written before the first byte: who dies in between
leaves the row, by which the file can be found and removed.
"""

import uuid
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated

import structlog
from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import DEFAULT_OWNER, TranscriptionSession, Upload
from stenofleet.errors import RecordingMissing, StorageError

from stenofleet_api import metrics
from stenofleet_api.deps import Context, InContext, Owner, UploadLimit
from stenofleet_api.sessions import repository as session_repository
from stenofleet_api.sessions.states import enter, takes_recording
from stenofleet_api.uploads import repository
from stenofleet_api.uploads.errors import (
    EmptyFile,
    FileTooLarge,
    NotAudio,
    UploadClosed,
    UploadMissing,
    UploadRefused,
)
from stenofleet_api.uploads.filenames import display_name, new_key
from stenofleet_api.uploads.form import FilePart
from stenofleet_api.uploads.intake import Facts, Intake

log = structlog.get_logger(__name__)


class UploadService:
    """One owner's uploads."""

    def __init__(self, context: Context, owner: str, limit: int) -> None:
        """Stores files of ``limit`` bytes at most."""
        self._db = context.sessions
        self._recordings = context.recordings
        self._limit = limit
        self._link_lifetime = timedelta(seconds=context.settings.upload_url_ttl)
        self._owner = owner

    async def receive(self, session_id: uuid.UUID, part: FilePart) -> TranscriptionSession:
        """Stores a file that is sent directly; what is refused leaves nothing behind."""
        upload = await run_in_threadpool(self._begin, session_id, part.filename, None, None)
        intake = Intake(self._limit)
        finished = False
        try:
            await self._recordings.save_stream(self._key(upload), intake.checked(part.chunks))
            session = await run_in_threadpool(self._finish, upload, intake.facts())
            finished = True
        finally:
            if not finished:
                await run_in_threadpool(self._abandon, upload)
        return session

    def link(self, session_id: uuid.UUID, filename: str, content_type: str | None) -> Upload:
        """An upload by URL; a former one that was not confirmed is closed."""
        expires_at = datetime.now(UTC).replace(microsecond=0) + self._link_lifetime
        return self._begin(session_id, filename, content_type, expires_at)

    async def put(self, upload_id: uuid.UUID, chunks: AsyncIterator[bytes]) -> None:
        """Stores what is sent to an upload URL, up to the limit; confirm looks into it.

        Raises:
            UploadClosed: it was confirmed or replaced.
            FileTooLarge: it is above the limit.
        """
        upload = await run_in_threadpool(self._open_upload, upload_id)
        await self._recordings.save_stream(self._key(upload), Intake(self._limit).counted(chunks))
        await run_in_threadpool(self._remove_if_closed, upload)

    def confirm(self, session_id: uuid.UUID) -> TranscriptionSession:
        """Makes what was uploaded by URL the session's recording; a second time changes nothing.

        Raises:
            UploadMissing: nothing was uploaded.
            FileTooLarge, EmptyFile, NotAudio: it is refused, and deleted.
        """
        # Locked, so that both are from before or both from after another confirmation.
        with self._db.begin() as db:
            session = session_repository.lock(db, self._owner, session_id)
            upload = repository.linked(db, session)
        if upload is None:
            return _confirmed_before(session)
        try:
            return self._finish(upload, self._inspect(session, upload))
        except (FileTooLarge, EmptyFile, NotAudio):
            self._abandon(upload)
            raise
        except UploadClosed:
            # Another confirmation was faster.
            with self._db() as db:
                return _confirmed_before(session_repository.get(db, self._owner, session_id))

    def _begin(
        self,
        session_id: uuid.UUID,
        filename: str,
        content_type: str | None,
        expires_at: datetime | None,
    ) -> Upload:
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
            _refuse_late(session)
            replaced = repository.close_linked(db, session) if expires_at else []
            db.add(upload)
        self._delete(replaced)
        return upload

    def _finish(self, upload: Upload, facts: Facts) -> TranscriptionSession:
        with self._db.begin() as db:
            session = session_repository.lock(db, self._owner, upload.session_id)
            _refuse_late(session)
            if not repository.close(db, upload.id):
                raise UploadClosed
            replaced = session.audio_uri
            _attach(session, upload, facts)
            db.flush()
            db.refresh(session)
        self._delete([replaced] if replaced else [])
        metrics.UPLOAD_BYTES.inc(facts.size_bytes)
        return session

    def _inspect(self, session: TranscriptionSession, upload: Upload) -> Facts:
        try:
            if self._recordings.size(upload.uri) > self._limit:
                raise FileTooLarge(self._limit)
            intake = Intake(self._limit)
            for chunk in self._recordings.chunks(upload.uri):
                intake.take(chunk)
        except RecordingMissing:
            raise _missing(session) from None
        return intake.facts()

    def _open_upload(self, upload_id: uuid.UUID) -> Upload:
        with self._db() as db:
            upload = repository.by_id(db, upload_id)
        if upload is None:
            raise UploadClosed
        return upload

    def _remove_if_closed(self, upload: Upload) -> None:
        """What arrives after its upload was closed is nobody's, unless it is confirmed."""
        with self._db() as db:
            if repository.by_id(db, upload.id) is not None:
                return
            session = db.get(TranscriptionSession, upload.session_id)
        if session is None or session.audio_uri != upload.uri:
            self._delete([upload.uri])
        raise UploadClosed

    def _abandon(self, upload: Upload) -> None:
        """Removes the file, unless its session took it meanwhile."""
        with self._db.begin() as db:
            abandoned = repository.close(db, upload.id)
        if abandoned:
            self._delete([upload.uri])

    def _delete(self, uris: Iterable[str]) -> None:
        for uri in uris:
            try:
                self._recordings.delete(uri)
            except StorageError as error:
                # The answer does not depend on it: only room is lost.
                log.warning("a file stays in the store", uri=uri, error=str(error))

    def _key(self, upload: Upload) -> str:
        return upload.uri.removeprefix(self._recordings.uri(""))


def _attach(session: TranscriptionSession, upload: Upload, facts: Facts) -> None:
    if session.status != SessionState.UPLOADING:
        enter(session, SessionState.UPLOADING)
    session.audio_uri = upload.uri
    session.audio_filename = upload.filename
    session.content_type = facts.media_type
    session.size_bytes = facts.size_bytes
    session.checksum = facts.checksum
    session.error_message = None


def _refuse_late(session: TranscriptionSession) -> None:
    if not takes_recording(session):
        raise UploadRefused(
            session.status,
            f"The session is {session.status} and takes no other recording; create a new session.",
        )


def _confirmed_before(session: TranscriptionSession) -> TranscriptionSession:
    if session.audio_uri is None:
        raise _missing(session)
    return session


def _missing(session: TranscriptionSession) -> UploadMissing:
    return UploadMissing(
        session.status,
        "There is no uploaded file to confirm; ask for an upload URL with "
        f"POST /api/v1/sessions/{session.id}/upload-url, PUT the file to it, then confirm.",
    )


async def _service(context: InContext, owner: Owner, limit: UploadLimit) -> UploadService:
    return UploadService(context, owner, limit)


async def _signed_service(context: InContext) -> UploadService:
    # The upload's row names the owner; confirm, which needs a key, holds the file to its limit.
    return UploadService(context, DEFAULT_OWNER, context.settings.max_upload_bytes)


Uploads = Annotated[UploadService, Depends(_service)]
SignedUploads = Annotated[UploadService, Depends(_signed_service)]
