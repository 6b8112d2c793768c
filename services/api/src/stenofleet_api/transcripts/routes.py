"""The route of a transcript."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from stenofleet_api.problems import ServiceUnavailable, documented
from stenofleet_api.sessions.errors import SessionNotFound, TranscriptNotReady
from stenofleet_api.transcripts import formats
from stenofleet_api.transcripts.schemas import Format, SegmentView, Transcript
from stenofleet_api.transcripts.service import Transcripts

Writer = Callable[[Iterable[SegmentView]], Iterator[str]]

_TEXTS: dict[Format, tuple[str, Writer]] = {
    Format.SRT: ("application/x-subrip", formats.srt),
    Format.VTT: ("text/vtt", formats.vtt),
    Format.TXT: ("text/plain", formats.txt),
}
_EXAMPLES = {
    Format.SRT: "1\n00:00:00,000 --> 00:00:02,500\nSpeaker 1: How was your week?\n\n",
    Format.VTT: "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n<v Speaker 1>How was your week?\n\n",
    Format.TXT: "Speaker 1: How was your week?\n",
}
_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Transcript,
        "description": "The transcript, in the form asked for.",
        "content": {
            media_type: {"schema": {"type": "string"}, "example": _EXAMPLES[name]}
            for name, (media_type, _) in _TEXTS.items()
        },
    },
    **documented(SessionNotFound, TranscriptNotReady, ServiceUnavailable),
}

router = APIRouter(prefix="/api/v1/sessions", tags=["transcripts"])


@router.get(
    "/{session_id}/transcript",
    summary="Read the transcript",
    response_model=Transcript,
    responses=_DOCUMENTED,
)
def transcript(
    session_id: uuid.UUID,
    transcripts: Transcripts,
    form: Annotated[Format, Query(alias="format")] = Format.JSON,
) -> Transcript | Response:
    """As JSON, or as SRT, WebVTT or plain text."""
    found = transcripts.get(session_id)
    if form is Format.JSON:
        return found
    media_type, write = _TEXTS[form]
    disposition = f'inline; filename="{session_id}.{form}"'
    return StreamingResponse(
        write(found.segments),
        media_type=f"{media_type}; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )
