"""A request for a transcript becomes a session, is waited for, and answered."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionSession

from stenofleet_api.deps import Context, InContext, Owner
from stenofleet_api.openai import answers, joining
from stenofleet_api.openai.errors import (
    InvalidParameter,
    TranscriptionFailed,
    TranscriptionTimeout,
)
from stenofleet_api.openai.fields import Fields
from stenofleet_api.openai.parameters import Parameters
from stenofleet_api.openai.waiting import until_ended
from stenofleet_api.sessions.errors import SessionNotFound, StateConflict
from stenofleet_api.sessions.schemas import NewSession, PriorityName
from stenofleet_api.sessions.service import Sessions, SessionService
from stenofleet_api.transcripts.schemas import Transcript
from stenofleet_api.transcripts.service import Transcripts, TranscriptService
from stenofleet_api.uploads.filenames import display_name
from stenofleet_api.uploads.form import FIELD, FilePart, Part
from stenofleet_api.uploads.service import Uploads, UploadService

TAG = "openai"
"""Tells sessions that were made here from others, in lists."""


@dataclass(frozen=True)
class Asked:
    """A request under way: what it asks for, and the session that answers it."""

    parameters: Parameters
    session_id: uuid.UUID


class TranscriptionService:
    """One owner's requests."""

    def __init__(
        self,
        context: Context,
        owner: str,
        sessions: SessionService,
        uploads: UploadService,
        transcripts: TranscriptService,
    ) -> None:
        """Waits as long as the settings of ``context`` allow."""
        self._db = context.sessions
        self._seconds = context.settings.openai_timeout
        self._grace = context.settings.openai_grace
        self._owner = owner
        self._sessions = sessions
        self._uploads = uploads
        self._transcripts = transcripts

    async def submit(self, parts: AsyncIterator[Part]) -> Asked:
        """Takes the form and starts its transcription, or joins the one of the same request.

        What is refused, or breaks off, leaves nothing behind.

        Raises:
            ProblemError: a parameter or the recording is refused.
        """
        draft = _Draft(self._sessions)
        try:
            parameters, recorded = await self._read(parts, draft)
            begun = await run_in_threadpool(self._begin, recorded, parameters)
            draft.used = begun == recorded.id
        finally:
            await run_in_threadpool(draft.close)
        return Asked(parameters, begun)

    async def waiting(self, asked: Asked) -> AsyncIterator[None]:
        """Comes back now and then, until the session has ended.

        Raises:
            TranscriptionTimeout: it takes longer than a request may wait.
            SessionNotFound: it was deleted.
        """
        look = partial(self._state, asked.session_id)
        try:
            async for _ in until_ended(look, self._seconds):
                yield
        except TimeoutError:
            raise TranscriptionTimeout(asked.session_id, self._seconds) from None

    def answer(self, asked: Asked) -> str | dict[str, Any]:
        """The answer of a session that has ended: a text, or what becomes JSON.

        Raises:
            TranscriptionFailed: it ended without a transcript.
        """
        return answers.answer(self.transcript(asked), asked.parameters)

    def transcript(self, asked: Asked) -> Transcript:
        """The transcript of a session that has ended, or TranscriptionFailed."""
        session = self._sessions.get(asked.session_id)
        state = SessionState(session.status)
        if state is not SessionState.COMPLETED:
            raise TranscriptionFailed(session.id, state, session.error_message)
        return self._transcripts.get(session.id, words=asked.parameters.words)

    async def leave(self, asked: Asked) -> None:
        """Cancels the session, unless it has ended or others wait for it.

        One of them may be who went away: it has some time to ask again.
        """
        await asyncio.sleep(self._grace)
        await run_in_threadpool(self._cancel, asked.session_id)

    async def _read(
        self, parts: AsyncIterator[Part], draft: "_Draft"
    ) -> tuple[Parameters, TranscriptionSession]:
        fields, recorded = Fields(), None
        async for part in parts:
            if part.name != FIELD:
                await fields.take(part)
                continue
            fields.refuse_wrong()
            session_id = await run_in_threadpool(draft.open, _named(part))
            recorded = await self._uploads.receive(session_id, FilePart(_named(part), part.chunks))
        if recorded is None:
            raise InvalidParameter.of(FIELD, "a recording", "nothing")
        return fields.read(), recorded

    def _begin(self, session: TranscriptionSession, asked: Parameters) -> uuid.UUID:
        """The session that answers: another's that runs already, or this one, started."""
        assert session.checksum is not None  # noqa: S101 - it has its recording
        fingerprint = asked.fingerprint(session.checksum)
        while True:
            if (other := self._join(fingerprint)) is not None:
                return other
            with suppress(joining.OtherRuns):
                return self._sessions.start(
                    session.id, partial(_shape, asked=asked, fingerprint=fingerprint)
                ).id

    def _cancel(self, session_id: uuid.UUID) -> None:
        with suppress(joining.Joined, StateConflict, SessionNotFound):
            self._sessions.cancel(session_id, joining.refuse_joined)

    def _join(self, fingerprint: str) -> uuid.UUID | None:
        with self._db.begin() as db:
            return joining.join(db, self._owner, fingerprint)

    def _state(self, session_id: uuid.UUID) -> SessionState:
        return SessionState(self._sessions.get(session_id).status)


class _Draft:
    """A session made for a file, before it is known what is asked for."""

    def __init__(self, sessions: SessionService) -> None:
        self._sessions = sessions
        self._id: uuid.UUID | None = None
        self.used = False

    def open(self, filename: str) -> uuid.UUID:
        """The session; of several files in a form, the last is its recording."""
        if self._id is None:
            new = NewSession(
                title=display_name(filename), priority=PriorityName.INTERACTIVE, tags=[TAG]
            )
            self._id = self._sessions.create(new).id
        return self._id

    def close(self) -> None:
        """Removes the session, unless it is used."""
        if self._id is not None and not self.used:
            with suppress(SessionNotFound):
                self._sessions.delete(self._id)


def _shape(db: Session, session: TranscriptionSession, asked: Parameters, fingerprint: str) -> None:
    """Makes a session with a recording what was asked for, right before its start."""
    joining.claim(db, session, fingerprint)
    session.language = asked.language
    session.provider = asked.provider.value
    session.options = asked.options().model_dump(mode="json")


def _named(part: Part) -> str:
    if part.filename is None:
        raise InvalidParameter.of(FIELD, "a file with its name", "a field without a file name")
    return part.filename


async def _service(
    context: InContext, owner: Owner, sessions: Sessions, uploads: Uploads, transcripts: Transcripts
) -> TranscriptionService:
    return TranscriptionService(context, owner, sessions, uploads, transcripts)


Transcriptions = Annotated[TranscriptionService, Depends(_service)]
