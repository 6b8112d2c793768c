"""Routes of OpenAI's API."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from stenofleet_api.openai import models
from stenofleet_api.openai.describing import ANSWERS, FORM
from stenofleet_api.openai.errors import (
    InvalidParameter,
    ModelNotFound,
    TranscriptionFailed,
    TranscriptionTimeout,
    UnsupportedParameter,
)
from stenofleet_api.openai.member import PREFIX
from stenofleet_api.openai.models import Model, ModelList
from stenofleet_api.openai.service import Asked, Transcriptions, TranscriptionService
from stenofleet_api.openai.streaming import EventStream
from stenofleet_api.problems import MalformedRequest, ServiceUnavailable, documented
from stenofleet_api.uploads.counting import UploadRoute
from stenofleet_api.uploads.errors import (
    EmptyFile,
    FileTooLarge,
    NotAudio,
    NotMultipart,
    UnsupportedExtension,
)
from stenofleet_api.uploads.form import parts

router = APIRouter(prefix=PREFIX.rstrip("/"), tags=["openai"], route_class=UploadRoute)
listing = APIRouter(prefix=PREFIX.rstrip("/"), tags=["openai"])


@router.post(
    "/audio/transcriptions",
    summary="Transcribe, as with OpenAI's API",
    response_class=Response,
    openapi_extra=FORM,
    responses=ANSWERS
    | documented(
        InvalidParameter, UnsupportedParameter, MalformedRequest, FileTooLarge, NotAudio,
        UnsupportedExtension, NotMultipart, EmptyFile, TranscriptionFailed, TranscriptionTimeout,
        ServiceUnavailable,
    ),
)  # fmt: skip
async def transcribe(request: Request, transcriptions: Transcriptions) -> Response:
    """Waits for the transcript; the same request within ten minutes joins the one before.

    Who goes away cancels the transcription, unless others have joined it.
    """
    form = parts(request.headers.get("Content-Type"), request.stream())
    asked = await transcriptions.submit(form)
    if asked.parameters.stream:
        stream = EventStream(request, transcriptions, asked)
        done = BackgroundTask(stream.close)
        return StreamingResponse(stream, media_type="text/event-stream", background=done)
    await _wait(request, transcriptions, asked)
    return _response(await run_in_threadpool(transcriptions.answer, asked))


@listing.get("/models", summary="List models, as with OpenAI's API")
async def list_models() -> ModelList:
    """The models that a transcription may name."""
    return models.every()


@listing.get(
    "/models/{model}",
    summary="Read a model, as with OpenAI's API",
    responses=documented(ModelNotFound),
)
async def get_model(model: str) -> Model:
    """One model."""
    return models.named(model)


async def _wait(request: Request, transcriptions: TranscriptionService, asked: Asked) -> None:
    async for _ in transcriptions.waiting(asked):
        if await request.is_disconnected():
            await transcriptions.leave(asked)
            raise ClientDisconnect


def _response(answer: str | dict[str, Any]) -> Response:
    return PlainTextResponse(answer) if isinstance(answer, str) else JSONResponse(answer)
