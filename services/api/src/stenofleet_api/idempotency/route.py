"""A route whose POSTs may bear an ``Idempotency-Key``."""

import copy
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from starlette.types import Message

from stenofleet_api.bodies import JsonRoute, limited
from stenofleet_api.deps import Context, identify
from stenofleet_api.idempotency.errors import KeyReused, StillRunning
from stenofleet_api.idempotency.service import HEADER, MOST_CHARACTERS, Asked, once
from stenofleet_api.problems import MEDIA_TYPE, documented

_PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": (
        "Any text of your own; the same request with the same key within 24 hours is done once."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS},
}


class IdempotentRoute(JsonRoute):
    """A route that does a POST with an ``Idempotency-Key`` once; others are as ever."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Describes the header and its problems, too."""
        if "POST" in (options.get("methods") or ()):
            options["openapi_extra"] = _with_parameter(options.get("openapi_extra"))
            options["responses"] = _with_problems(options.get("responses"))
        super().__init__(*args, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, once for each key."""
        handler = super().get_route_handler()

        async def idempotent(request: Request) -> Response:
            if not _bears_key(request):
                return await handler(request)
            context: Context = request.app.state.context
            caller = await identify(request)
            body = await limited(request, self.body_bytes).body()
            asked = Asked.of(request, caller, body)
            return await once(context.sessions, asked, lambda: handler(_again(request, body)))

        return idempotent


def _bears_key(request: Request) -> bool:
    """Forms are left out: each sending of the same form has another boundary, and another body."""
    form = request.headers.get("Content-Type", "").startswith("multipart/")
    return request.method == "POST" and HEADER in request.headers and not form


def _again(request: Request, body: bytes) -> Request:
    """The request with its body, which was read already."""
    parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return parts.pop() if parts else await request.receive()

    return Request(request.scope, receive)


def _with_parameter(extra: dict[str, Any] | None) -> dict[str, Any]:
    given = extra or {}
    return {**given, "parameters": [*given.get("parameters", ()), _PARAMETER]}


def _with_problems(given: Mapping[int | str, Any] | None) -> dict[int | str, Any]:
    told: dict[int | str, Any] = dict(given or {})
    for status, ours in documented(StillRunning, KeyReused).items():
        told[status] = _joined(told[status], ours) if status in told else ours
    return told


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two entries of `documented` for the same status as one."""
    joined = copy.deepcopy(one)
    examples = joined["content"][MEDIA_TYPE]["examples"]
    new = {
        slug: example
        for slug, example in other["content"][MEDIA_TYPE]["examples"].items()
        if slug not in examples
    }
    examples.update(new)
    titles = [joined["description"], *(example["value"]["title"] for example in new.values())]
    return {**joined, "description": " / ".join(titles)}
