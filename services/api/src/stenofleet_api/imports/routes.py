"""The route of imports."""

import uuid
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from stenofleet_api.idempotency.route import IdempotentRoute
from stenofleet_api.imports.cues import Subtitles, kind_of, parse
from stenofleet_api.imports.errors import InvalidSubtitles, SubtitlesTooLarge
from stenofleet_api.imports.service import Imports
from stenofleet_api.problems import MalformedRequest, ServiceUnavailable, documented
from stenofleet_api.sessions.errors import SessionNotFound, StateConflict
from stenofleet_api.sessions.schemas import SessionView
from stenofleet_api.uploads.form import file_part

LIMIT_BYTES = 16 * 1024**2
"""A day of uninterrupted speech has a tenth of it."""

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "text/vtt": {
                "schema": {"type": "string"},
                "example": "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n<v Coach>How was your week?\n",
            },
            "application/x-subrip": {
                "schema": {"type": "string"},
                "example": "1\n00:00:00,000 --> 00:00:02,500\nCoach: How was your week?\n",
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


class ImportRoute(IdempotentRoute):
    """A route whose body is as long as a transcript, and a little more for the form around it."""

    body_bytes = LIMIT_BYTES + 1024**2


router = APIRouter(prefix="/api/v1/sessions", tags=["transcripts"], route_class=ImportRoute)


@router.post(
    "/{session_id}/import",
    summary="Import a transcript",
    openapi_extra=_BODY,
    responses=documented(
        SessionNotFound,
        StateConflict,
        InvalidSubtitles,
        SubtitlesTooLarge,
        MalformedRequest,
        ServiceUnavailable,
    ),
)
async def take(
    session_id: uuid.UUID,
    request: Request,
    imports: Imports,
    form: Annotated[
        Subtitles | None, Query(alias="format", description="By the content, unless it is given.")
    ] = None,
) -> SessionView:
    """Takes SRT or WebVTT as the body or as the form's field ``file``; all of it or nothing."""
    text = await _text(request)
    kind = form or kind_of(text)
    cues = await run_in_threadpool(parse, text, kind)
    session = await run_in_threadpool(imports.take, session_id, cues, kind)
    return SessionView.model_validate(session)


async def _text(request: Request) -> str:
    chunks: AsyncIterator[bytes] = request.stream()
    content_type = request.headers.get("Content-Type")
    if content_type and content_type.startswith("multipart/"):
        chunks = (await file_part(content_type, chunks)).chunks
    return _decoded(await _bounded(chunks))


async def _bounded(chunks: AsyncIterator[bytes]) -> bytes:
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > LIMIT_BYTES:
            raise SubtitlesTooLarge(LIMIT_BYTES)
    return bytes(content)


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        got = content[error.start : error.end].hex()
        raise InvalidSubtitles(line, f"expected UTF-8, got the bytes {got}") from None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise InvalidSubtitles(line, "expected text, got a NUL character")
    return text
