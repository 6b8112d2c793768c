"""Routes of uploads."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from stenofleet_api.deps import InContext
from stenofleet_api.idempotency.route import IdempotentRoute
from stenofleet_api.problems import (
    BodyTooLarge,
    MalformedRequest,
    ServiceUnavailable,
    documented,
)
from stenofleet_api.sessions.errors import SessionNotFound
from stenofleet_api.sessions.schemas import SessionView
from stenofleet_api.uploads import links
from stenofleet_api.uploads.counting import UploadRoute
from stenofleet_api.uploads.errors import (
    EmptyFile,
    EmptyRecording,
    ExpiredUploadUrl,
    FileTooLarge,
    InvalidUploadUrl,
    NotAudio,
    NotMultipart,
    RecordingTooLong,
    UnreadableRecording,
    UnsupportedExtension,
    UploadClosed,
    UploadMissing,
    UploadRefused,
)
from stenofleet_api.uploads.form import FIELD, file_part
from stenofleet_api.uploads.schemas import NewUpload, Signed, UploadLink
from stenofleet_api.uploads.service import SignedUploads, Uploads

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
_FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = APIRouter(prefix="/api/v1/sessions", tags=["uploads"], route_class=IdempotentRoute)
streams = APIRouter(tags=["uploads"], route_class=UploadRoute)
# The URL's signature stands for a key.
signed = APIRouter(tags=["uploads"], route_class=UploadRoute)


@router.post(
    "/{session_id}/upload-url",
    status_code=201,
    summary="Get a URL to upload to",
    responses=documented(
        MalformedRequest,
        SessionNotFound,
        UploadRefused,
        UnsupportedExtension,
        BodyTooLarge,
        ServiceUnavailable,
    ),
)
def link(
    session_id: uuid.UUID, new: NewUpload, request: Request, uploads: Uploads, context: InContext
) -> UploadLink:
    """A signed URL to PUT one file to; confirm when it is there."""
    base = context.settings.public_url or str(request.base_url)
    url, expires_at = uploads.link(session_id, new.filename, new.content_type, base)
    return UploadLink(upload_url=url, expires_at=expires_at)


@router.post(
    "/{session_id}/confirm-upload",
    summary="Confirm an upload",
    responses=documented(
        SessionNotFound, UploadMissing, UploadRefused, FileTooLarge, NotAudio, EmptyFile,
        EmptyRecording, RecordingTooLong, UnreadableRecording, UploadClosed, ServiceUnavailable,
    ),
)  # fmt: skip
def confirm(session_id: uuid.UUID, uploads: Uploads) -> SessionView:
    """Makes the uploaded file the session's recording; what is refused is deleted."""
    return SessionView.model_validate(uploads.confirm(session_id))


@streams.post(
    "/api/v1/sessions/{session_id}/upload",
    status_code=201,
    summary="Upload a recording",
    openapi_extra=_FORM,
    responses=documented(
        MalformedRequest, SessionNotFound, UploadRefused, FileTooLarge, NotAudio,
        UnsupportedExtension, NotMultipart, EmptyFile, EmptyRecording, RecordingTooLong,
        UnreadableRecording, ServiceUnavailable,
    ),
)  # fmt: skip
async def upload(session_id: uuid.UUID, request: Request, uploads: Uploads) -> SessionView:
    """Takes the form's field ``file``; a recording that was there before is replaced."""
    part = await file_part(request.headers.get("Content-Type"), request.stream())
    return SessionView.model_validate(await uploads.receive(session_id, part))


@signed.put(
    f"{links.PATH}/{{upload_id}}",
    status_code=204,
    summary="Upload to an upload URL",
    openapi_extra=_FILE,
    responses=documented(
        InvalidUploadUrl, ExpiredUploadUrl, UploadClosed, FileTooLarge, ServiceUnavailable
    ),
)
async def put(
    upload_id: uuid.UUID,
    link: Annotated[Signed, Query()],
    request: Request,
    uploads: SignedUploads,
    context: InContext,
) -> Response:
    """Takes the file as the body; use the URL exactly as it was given out."""
    links.verify(upload_id, link.expires, link.signature, context.settings.secret_key)
    await uploads.put(upload_id, request.stream())
    return Response(status_code=204)
