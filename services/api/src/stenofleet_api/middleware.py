"""Around each request: its id, its log line, its metrics, and the end of unexpected errors."""

import re
import time
import uuid
from typing import Final

import structlog
from opentelemetry.trace import Span, StatusCode
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from stenofleet.telemetry import bind, tracing

from stenofleet_api import metrics, problems

log = structlog.get_logger(__name__)

REQUEST_ID_HEADER: Final = "X-Request-ID"
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_QUIET: Final = {"/livez", "/readyz", "/metrics"}
CLIENT_CLOSED: Final = 499
"""nginx's status for a client that went away; nobody sees it but the metrics."""


class Observed:
    """Gives each request an id, and logs and counts it."""

    def __init__(self, app: ASGIApp) -> None:
        """Wraps ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request; others than HTTP pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get(REQUEST_ID_HEADER))
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id)
        with bind(request_id=request_id):
            if scope["path"] in _QUIET:  # probes and scrapes come every few seconds
                await self._observe(scope, receive, answer)
            else:
                await self._trace(scope, receive, answer)

    async def _trace(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        method, sent = _method(scope), Headers(scope=scope)
        with tracing.span(method, tracing.SpanKind.SERVER, sent) as span, bind(**tracing.ids()):
            await self._observe(scope, receive, answer)
            _tell(span, method, route_template(scope), answer.status)

    async def _observe(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        began = time.perf_counter()
        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            answer.status = CLIENT_CLOSED
        except Exception:
            # The outermost loop: what nobody expected is logged here, and told without details.
            log.exception("unexpected error")
            await _excuse(scope, receive, answer)
        _record(scope, answer.status, time.perf_counter() - began)


class _Answer:
    """Sends the answer, with the request's id, and remembers its status."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status = 500
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            self.status = message["status"]
            MutableHeaders(scope=message)[REQUEST_ID_HEADER] = self._request_id
        await self._send(message)


async def _excuse(scope: Scope, receive: Receive, answer: _Answer) -> None:
    if answer.begun:
        answer.status = 500
        return
    error = problems.InternalError("The request failed; the log tells why, under its request_id.")
    response = problems.respond(scope["path"], scope["state"]["request_id"], error)
    await response(scope, receive, answer)


def _request_id(given: str | None) -> str:
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return uuid.uuid4().hex


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else "other"


def _tell(span: Span, method: str, route: str, status: int) -> None:
    """By OpenTelemetry's names; the path itself may hold a ticket, or a signature."""
    span.update_name(f"{method} {route}")
    span.set_attributes(
        {"http.request.method": method, "http.route": route, "http.response.status_code": status}
    )
    if status >= 500:  # noqa: PLR2004 - HTTP's
        span.set_status(StatusCode.ERROR)


def _record(scope: Scope, status: int, seconds: float) -> None:
    method = _method(scope)
    route = route_template(scope)
    metrics.REQUESTS.labels(method, route, status).inc()
    metrics.REQUEST_SECONDS.labels(method, route).observe(seconds)
    level = log.debug if scope["path"] in _QUIET else log.info
    level("request", method=method, route=route, status=status, seconds=round(seconds, 4))


def route_template(scope: Scope) -> str:
    """The path of the route with its parameters' names, so that ids make no new time series."""
    return getattr(scope.get("route"), "path", "unmatched")
