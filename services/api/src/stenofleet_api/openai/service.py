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
from stenofleet_api.openai.draft import Draft
from stenofleet_api.openai.errors import TranscriptionFailed, TranscriptionTimeout
from stenofleet_api.openai.parameters import Parameters
from stenofleet_api.openai.waiting import until_ended
from stenofleet_api.sessions.errors import SessionNotFound, StateConflict
from stenofleet_api.sessions.service import Sessions, SessionService
from stenofleet_api.transcripts.schemas import Transcript
from stenofleet_api.transcripts.service import Transcripts, TranscriptService
from stenofleet_api.uploads.form import Part
from stenofleet_api.uploads.service import Uploads, UploadService


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
        self._hub = context.live.hub
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
        draft = Draft(self._sessions, self._uploads)
        try:
            parameters, recorded = await draft.read(parts)
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
            with self._hub.watching(self._owner, asked.session_id) as watcher:
                async for _ in until_ended(look, watcher, self._seconds):
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


def _shape(db: Session, session: TranscriptionSession, asked: Parameters, fingerprint: str) -> None:
    """Makes a session with a recording what was asked for, right before its start."""
    joining.claim(db, session, fingerprint)
    session.language = asked.language
    session.provider = asked.provider.value
    session.options = asked.options().model_dump(mode="json")


async def _service(
    context: InContext, owner: Owner, sessions: Sessions, uploads: Uploads, transcripts: Transcripts
) -> TranscriptionService:
    return TranscriptionService(context, owner, sessions, uploads, transcripts)


Transcriptions = Annotated[TranscriptionService, Depends(_service)]
