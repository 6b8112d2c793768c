"""The route of a transcript."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from stenofleet_api.problems import ServiceUnavailable, documented
from stenofleet_api.sessions.errors import SessionNotFound, TranscriptNotReady
from stenofleet_api.transcripts import documents, formats
from stenofleet_api.transcripts.downloads import disposition
from stenofleet_api.transcripts.errors import TooLongForDocument
from stenofleet_api.transcripts.schemas import Format, SegmentView, Transcript
from stenofleet_api.transcripts.service import Transcripts, TranscriptService

CHUNK_BYTES = 64 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"

_TEXTS: dict[Format, tuple[str, Callable[[Iterable[SegmentView]], Iterator[str]]]] = {
    Format.SRT: ("application/x-subrip", formats.srt),
    Format.VTT: ("text/vtt", formats.vtt),
    Format.TXT: ("text/plain", formats.txt),
    Format.TSV: ("text/tab-separated-values", formats.tsv),
}
_FILES: dict[Format, tuple[str, documents.Writer]] = {
    Format.DOCX: (f"{_OFFICE}.wordprocessingml.document", documents.docx),
    Format.XLSX: (f"{_OFFICE}.spreadsheetml.sheet", documents.xlsx),
}
_EXAMPLES = {
    Format.SRT: "1\n00:00:00,000 --> 00:00:02,500\nSpeaker 1: How was your week?\n\n",
    Format.VTT: "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n<v Speaker 1>How was your week?\n\n",
    Format.TXT: "Speaker 1: How was your week?\n",
    Format.TSV: "start\tend\tspeaker\trole\ttext\n0\t2500\tCoach\tCOACH\tHow was your week?\n",
}
_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Transcript,
        "description": "The transcript, in the form asked for.",
        "content": {
            **{
                media_type: {"schema": {"type": "string"}, "example": _EXAMPLES[name]}
                for name, (media_type, _) in _TEXTS.items()
            },
            **{
                media_type: {"schema": {"type": "string", "format": "binary"}}
                for media_type, _ in _FILES.values()
            },
        },
    },
    **documented(SessionNotFound, TranscriptNotReady, TooLongForDocument, ServiceUnavailable),
}

router = APIRouter(prefix="/api/v1/sessions", tags=["transcripts"])


@router.get(
    "/{session_id}/transcript",
    summary="Read the transcript",
    response_model=Transcript,
    response_model_exclude_none=False,
    responses=_DOCUMENTED,
)
def transcript(
    session_id: uuid.UUID,
    transcripts: Transcripts,
    form: Annotated[Format, Query(alias="format")] = Format.JSON,
    *,
    words: Annotated[bool, Query(description="With each word's times; JSON only.")] = False,
) -> Transcript | Response:
    """As JSON, as subtitles (SRT, WebVTT), as text (TXT, TSV), or for Word and Excel."""
    if form is Format.JSON:
        return transcripts.get(session_id, words=words)
    title = transcripts.require(session_id, as_document=form is Format.DOCX)
    if form in _TEXTS:
        media_type, chunks = (
            f"{_TEXTS[form][0]}; charset=utf-8",
            _text(transcripts, session_id, form),
        )
    else:
        media_type, chunks = _FILES[form][0], _file(transcripts, session_id, form)
    headers = {"Content-Disposition": disposition(title, session_id, form)}
    return StreamingResponse(chunks, media_type=media_type, headers=headers)


def _text(service: TranscriptService, session_id: uuid.UUID, form: Format) -> Iterator[bytes]:
    with service.reading(session_id) as reading:
        for text in _TEXTS[form][1](reading.segments):
            yield text.encode()


def _file(service: TranscriptService, session_id: uuid.UUID, form: Format) -> Iterator[bytes]:
    with (
        service.reading(session_id) as reading,
        documents.written(_FILES[form][1], reading.title, reading.segments) as file,
    ):
        yield from _chunks(file)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
