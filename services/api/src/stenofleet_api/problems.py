"""Errors over HTTP: problem details (RFC 9457) for every one of them.

ProblemError
├── InvalidRequest         a field is wrong: its name, what was expected, what came
├── BodyTooLarge           more than the route takes
├── ServiceUnavailable     the database or the store is away
├── auth.errors            no key, the wrong one, or too often
├── webhooks.errors        what is wrong with a webhook
├── movement.errors        why movements are not taken
├── sessions.errors        what a session's state does not allow
├── uploads.errors         what is wrong with a recording
├── blueprints.errors      what is wrong with a blueprint, or with applying it
└── openai.errors          what is wrong with a request in OpenAI's manner

A problem's ``type`` is stable: programs tell errors apart by it, people read ``detail``.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response
from stenofleet.errors import StorageError
from stenofleet.secret_urls import masked
from stenofleet.telemetry import tracing

from stenofleet_api.openai.member import with_error

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
SHOWN_CHARACTERS = 100
RETRY_SECONDS = "5"
DATABASE_AWAY = (OperationalError, PoolTimeout)
"""What SQLAlchemy raises for a server that does not answer, or has no connection left."""
_SECRETS = {"secret"}
"""Fields that an error does not repeat."""


class FieldError(BaseModel):
    """One wrong field."""

    field: str = Field(examples=["body.title"])
    expected: str = Field(examples=["String should have at least 1 character"])
    got: str = Field(examples=["''"])


class Problem(BaseModel):
    """A problem of RFC 9457; some types add members of their own."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/session-not-found"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path of the request.")
    request_id: str | None = Field(None, description="Stands in the service's log lines, too.")
    trace_id: str | None = Field(None, description="Of its trace, where traces are on.")
    errors: list[FieldError] | None = Field(None, description="Which fields are wrong, and how.")


class ProblemError(HTTPException):
    """An error that becomes a problem; ``detail`` says what to do, in a sentence."""

    slug: ClassVar[str] = "error"
    title: ClassVar[str] = "Error"
    status: ClassVar[int] = 500

    def __init__(
        self, detail: str, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        """``members`` are added to the problem."""
        super().__init__(self.status, detail, headers)
        self.members = members


class InvalidRequest(ProblemError):  # noqa: N818 - named as the problem is
    """A field is wrong."""

    slug, title, status = "invalid-request", "The request is not valid", 422

    def __init__(self, errors: Sequence[FieldError]) -> None:
        """Names each field in the detail, too."""
        told = "; ".join(f"{each.field}: {each.expected}, got {each.got}" for each in errors)
        super().__init__(told, errors=[each.model_dump() for each in errors])


class MalformedRequest(ProblemError):  # noqa: N818 - named as the problem is
    """The body cannot be parsed."""

    slug, title, status = "malformed-request", "The request cannot be parsed", 400


class BodyTooLarge(ProblemError):  # noqa: N818 - named as the problem is
    """The body is longer than the route takes."""

    slug, title, status = "body-too-large", "The request is too large", 413


class ServiceUnavailable(ProblemError):  # noqa: N818 - named as the problem is
    """Something that the API needs is away."""

    slug, title, status = "service-unavailable", "The service is not available", 503


class InternalError(ProblemError):
    """A defect of ours; the log has the details under the request's id."""

    slug, title, status = "internal-error", "Unexpected error", 500


_BY_STATUS: dict[int, tuple[str, str]] = {
    404: ("not-found", "No such resource"),
    405: ("method-not-allowed", "The method is not allowed here"),
}


def documented(*kinds: type[ProblemError]) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI tells about the problems of a route, besides 422."""
    by_status: dict[int | str, dict[str, Any]] = {}
    told: tuple[type[ProblemError], ...] = (*kinds, InvalidRequest)
    for kind in told:
        entry = by_status.setdefault(
            kind.status,
            {
                "description": "",
                "content": {MEDIA_TYPE: {"schema": _SCHEMA, "examples": {}}},
            },
        )
        entry["description"] = " / ".join(filter(None, [entry["description"], kind.title]))
        entry["content"][MEDIA_TYPE]["examples"][kind.slug] = {"value": _example(kind)}
    return by_status


def schemas() -> dict[str, Any]:
    """What the problems of the description refer to, by name."""
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**problem.pop("$defs"), Problem.__name__: problem}


_SCHEMA = {"$ref": "#/components/schemas/Problem"}


def _example(kind: type[ProblemError]) -> dict[str, Any]:
    told = (kind.__doc__ or kind.title).splitlines()[0]
    return {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": told,
        "instance": "/api/v1/sessions",
        "request_id": "5f0c7a1e",
    }


def install(app: FastAPI) -> None:
    """Makes every error of ``app`` a problem."""
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(StorageError, _storage_error)
    for away in DATABASE_AWAY:
        app.add_exception_handler(away, _database_error)


def respond(path: str, request_id: str | None, error: HTTPException) -> Response:
    """The problem that tells ``error``."""
    slug, title = _named(error)
    problem = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": error.status_code,
        "detail": error.detail,
        "instance": path,
        "request_id": request_id,
        **tracing.ids(),
        **getattr(error, "members", {}),
    }
    # ASCII only: what came in may hold halves of surrogate pairs, which UTF-8 cannot carry.
    body = json.dumps(with_error(path, problem), ensure_ascii=True)
    return Response(body, error.status_code, error.headers, MEDIA_TYPE)


def _named(error: HTTPException) -> tuple[str, str]:
    if isinstance(error, ProblemError):
        return error.slug, error.title
    return _BY_STATUS.get(error.status_code, ("http-error", "The request failed"))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if not isinstance(error, ProblemError):
        error = _worded(request, error)
    return _told(request, error)


def _worded(request: Request, error: HTTPException) -> HTTPException:
    path = request.url.path
    if error.status_code == 404:  # noqa: PLR2004 - it reads better than a name
        return HTTPException(404, f"There is nothing at {path}; /docs lists what there is.")
    if error.status_code == 405:  # noqa: PLR2004
        allowed = (error.headers or {}).get("Allow", "another method")
        detail = f"{request.method} is not allowed on {path}; expected {allowed}."
        return HTTPException(405, detail, error.headers)
    if error.status_code == 400:  # noqa: PLR2004
        return MalformedRequest(str(error.detail))
    return error


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        reason = found[0].get("ctx", {}).get("error", "it cannot be parsed")
        at = found[0]["loc"][-1]
        return _told(request, MalformedRequest(f"The body is no JSON: {reason} (position {at})."))
    return _told(request, InvalidRequest([field_error(each) for each in found]))


def field_error(error: Mapping[str, Any], whole: str = "") -> FieldError:
    """One of pydantic's errors; ``whole`` names what has no fields."""
    return FieldError(
        field=shown(".".join(str(part) for part in error["loc"])) or whole,
        expected=error["msg"].removeprefix("Value error, "),
        got=_got(error),
    )


def _got(error: Mapping[str, Any]) -> str:
    if error["type"] == "missing":
        return "nothing"
    if _SECRETS.intersection(error["loc"][-1:]):
        return "a value that is kept secret"
    told = repr(error.get("input"))
    if any(repr(name) in told for name in _SECRETS):
        return "what holds a value that is kept secret"
    return shown(told)


def shown(text: str) -> str:
    """What came in, without the secrets of its URLs, cut to a length that fits a message."""
    text = masked(text)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."


async def _storage_error(request: Request, error: Exception) -> Response:
    log.error("the store of recordings failed", error=str(error))
    return _unavailable(request, "The store of recordings is away; try again in some seconds.")


async def _database_error(request: Request, error: Exception) -> Response:
    log.error("the database is away", error=type(error).__name__)
    return _unavailable(request, "The database is away; try again in some seconds.")


def _unavailable(request: Request, detail: str) -> Response:
    return _told(request, ServiceUnavailable(detail, {"Retry-After": RETRY_SECONDS}))


def _told(request: Request, error: HTTPException) -> Response:
    return respond(request.url.path, request.scope.get("state", {}).get("request_id"), error)
