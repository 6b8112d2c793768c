"""How a recording comes into the store and becomes its session's."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from stenofleet.db.models import DEFAULT_OWNER, TranscriptionSession

from stenofleet_api.deps import Context, InContext, Owner, UploadLimit
from stenofleet_api.uploads import links
from stenofleet_api.uploads.confirm import Confirmation
from stenofleet_api.uploads.errors import UploadClosed
from stenofleet_api.uploads.form import FilePart
from stenofleet_api.uploads.intake import Intake
from stenofleet_api.uploads.length import Lengths
from stenofleet_api.uploads.shelf import Shelf


class UploadService:
    """One owner's uploads."""

    def __init__(self, context: Context, owner: str, limit: int) -> None:
        """Stores files of ``limit`` bytes at most."""
        self._context = context
        self._recordings = context.recordings
        self._limit = limit
        self._shelf = Shelf(context, owner)
        self._lengths = Lengths(context)

    async def receive(self, session_id: uuid.UUID, part: FilePart) -> TranscriptionSession:
        """Stores a file that is sent directly; what is refused leaves nothing behind."""
        upload = await run_in_threadpool(self._shelf.begin, session_id, part.filename)
        intake = Intake(self._limit)
        finished = False
        try:
            await self._recordings.save_stream(
                self._recordings.key(upload.uri), intake.checked(part.chunks)
            )
            facts = await run_in_threadpool(self._lengths.added, intake.facts(), upload)
            session = await run_in_threadpool(self._shelf.finish, upload, facts)
            finished = True
        finally:
            if not finished:
                await run_in_threadpool(self._shelf.abandon, upload)
        return session

    def link(
        self, session_id: uuid.UUID, filename: str, content_type: str | None, base: str
    ) -> tuple[str, datetime]:
        """A URL to upload to, and its end; a former one that was not confirmed is closed.

        It leads to the store itself where that signs URLs, else to this API, which is at ``base``.
        """
        settings = self._context.settings
        # Housekeeping takes what is older than the second for given up.
        lifetime = timedelta(seconds=min(settings.upload_url_ttl, settings.upload_ttl))
        expires_at = datetime.now(UTC).replace(microsecond=0) + lifetime
        upload = self._shelf.begin(session_id, filename, content_type, expires_at)
        if self._recordings.signs_urls:
            return self._recordings.upload_url(upload.uri, lifetime), expires_at
        url = links.upload_url(base, upload.id, expires_at, settings.secret_key)
        return url, expires_at

    async def put(self, upload_id: uuid.UUID, chunks: AsyncIterator[bytes]) -> None:
        """Stores what is sent to an upload URL, up to the limit; confirm looks into it.

        Raises:
            UploadClosed: it was confirmed or replaced.
            FileTooLarge: it is above the limit.
        """
        upload = await run_in_threadpool(self._shelf.open_link, upload_id)
        key = self._recordings.key(upload.uri)
        await self._recordings.save_stream(key, Intake(self._limit).counted(chunks))
        try:
            await run_in_threadpool(self._shelf.open_link, upload_id)
        except UploadClosed:
            # Nobody's now: what was confirmed is a copy.
            await run_in_threadpool(self._shelf.remove, [upload.uri])
            raise

    def confirm(self, session_id: uuid.UUID) -> TranscriptionSession:
        """Makes what was uploaded by URL the session's recording; a second time changes nothing.

        Raises:
            UploadMissing: nothing was uploaded.
            UploadRefused: the session takes no recording now.
            FileTooLarge, EmptyFile, NotAudio, EmptyRecording, RecordingTooLong,
            UnreadableRecording: the file is refused, and deleted.
        """
        return Confirmation(self._context, self._shelf, self._limit).confirm(session_id)


async def _service(context: InContext, owner: Owner, limit: UploadLimit) -> UploadService:
    return UploadService(context, owner, limit)


async def _signed_service(context: InContext) -> UploadService:
    # The upload's row names the owner; confirm, which needs a key, holds the file to its limit.
    return UploadService(context, DEFAULT_OWNER, context.settings.max_upload_bytes)


Uploads = Annotated[UploadService, Depends(_service)]
SignedUploads = Annotated[UploadService, Depends(_signed_service)]
