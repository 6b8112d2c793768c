"""OpenAI's events of a transcript, as Server-Sent Events."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from stenofleet_api import problems
from stenofleet_api.openai import answers
from stenofleet_api.openai.parameters import ResponseFormat
from stenofleet_api.openai.service import Asked, TranscriptionService
from stenofleet_api.problems import DATABASE_AWAY, ProblemError, ServiceUnavailable
from stenofleet_api.transcripts.schemas import Transcript

HEARTBEAT_SECONDS: Final = 15
"""Proxies close connections on which nothing comes, the common ones after 60 s."""
HEARTBEAT: Final = ": still transcribing\n\n"


class EventStream:
    """The events of one request; who goes away before their end is told by `close`."""

    def __init__(self, request: Request, service: TranscriptionService, asked: Asked) -> None:
        """Waits for ``asked`` and tells its transcript."""
        self._request = request
        self._service = service
        self._asked = asked
        self._ended = False

    async def __aiter__(self) -> AsyncIterator[str]:
        """Heartbeats until the transcript is there, then all of it; or why it is not."""
        try:
            async for beat in self._heartbeats():
                yield beat
            self._ended = True
            transcript = await run_in_threadpool(self._service.transcript, self._asked)
            for event in events(transcript, self._asked.parameters.response_format):
                yield _line(event)
        except ProblemError as error:
            self._ended = True
            yield self._error(error)
        except DATABASE_AWAY:
            yield self._error(ServiceUnavailable("The database is away; send the request again."))

    async def close(self) -> None:
        """After the last event, or when the client went away: nobody waits any more."""
        if not self._ended:
            await self._service.leave(self._asked)

    async def _heartbeats(self) -> AsyncIterator[str]:
        beaten = float("-inf")
        async for _ in self._service.waiting(self._asked):
            if time.monotonic() - beaten >= HEARTBEAT_SECONDS:
                beaten = time.monotonic()
                yield HEARTBEAT

    def _error(self, error: ProblemError) -> str:
        request_id = self._request.scope.get("state", {}).get("request_id")
        told = bytes(problems.respond(self._request.url.path, request_id, error).body)
        return f"data: {told.decode()}\n\n"


def events(transcript: Transcript, form: ResponseFormat) -> Iterator[dict[str, Any]]:
    """The events that tell a whole transcript."""
    diarized = form is ResponseFormat.DIARIZED_JSON
    segments = list(answers.diarized(transcript.segments)) if diarized else None
    for number, piece in enumerate(answers.pieces(transcript)):
        delta = {"type": "transcript.text.delta", "delta": piece}
        if segments is None:
            yield delta
        else:
            yield delta | {"segment_id": segments[number]["id"]}
            yield segments[number]
    yield {"type": "transcript.text.done", "text": answers.text(transcript)}


def _line(event: dict[str, Any]) -> str:
    return f"data: {json.dumps(event)}\n\n"
