"""A session made for a file, before it is known what is asked for: its form may tell that later."""

import uuid
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from stenofleet.db.models import TranscriptionSession

from stenofleet_api.openai.errors import InvalidParameter
from stenofleet_api.openai.fields import Fields
from stenofleet_api.openai.parameters import Parameters
from stenofleet_api.sessions.errors import SessionNotFound
from stenofleet_api.sessions.schemas import NewSession, PriorityName
from stenofleet_api.sessions.service import SessionService
from stenofleet_api.uploads.filenames import display_name
from stenofleet_api.uploads.form import FIELD, FilePart, Part
from stenofleet_api.uploads.service import UploadService

TAG = "openai"
"""Tells sessions that were made here from others, in lists."""


class Draft:
    """At most one session; `close` removes it unless ``used`` is true."""

    def __init__(self, sessions: SessionService, uploads: UploadService) -> None:
        """Makes nothing yet."""
        self._sessions = sessions
        self._uploads = uploads
        self._id: uuid.UUID | None = None
        self.used = False

    async def read(self, parts: AsyncIterator[Part]) -> tuple[Parameters, TranscriptionSession]:
        """What the form asks for, and the session with its recording.

        Raises:
            ProblemError: a parameter or the recording is refused.
        """
        fields, recorded = Fields(), None
        async for part in parts:
            if part.name == FIELD:
                fields.refuse_wrong()
                recorded = await self._receive(part)
            else:
                await fields.take(part)
        if recorded is None:
            raise InvalidParameter.of(FIELD, "a recording", "nothing")
        return fields.read(), recorded

    def close(self) -> None:
        """Removes the session, unless it is used."""
        if self._id is not None and not self.used:
            with suppress(SessionNotFound):
                self._sessions.delete(self._id)

    async def _receive(self, part: Part) -> TranscriptionSession:
        """Of several files in a form, the last is the recording."""
        if part.filename is None:
            expected, got = "a file with its name", "a field without a file name"
            raise InvalidParameter.of(FIELD, expected, got)
        session_id = await run_in_threadpool(self._open, part.filename)
        return await self._uploads.receive(session_id, FilePart(part.filename, part.chunks))

    def _open(self, filename: str) -> uuid.UUID:
        if self._id is None:
            title, first = display_name(filename), PriorityName.INTERACTIVE
            self._id = self._sessions.create(NewSession(title=title, priority=first, tags=[TAG])).id
        return self._id
