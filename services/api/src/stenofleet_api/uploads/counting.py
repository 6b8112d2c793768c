"""Around the routes that take files: refusals that reach the sender, and what they count."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from stenofleet_api import metrics
from stenofleet_api.problems import ProblemError

DRAIN_BYTES: Final = 64 * 1024**2
DRAIN_SECONDS: Final = 5.0
"""How much is still read after a refusal. A sender that writes into a closed connection gets an
error of its network instead of the answer."""


class UploadRoute(APIRoute):
    """A route whose body is streamed; its limit is the service's."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, counted; after a refusal the rest of the body is read."""
        handler = super().get_route_handler()

        async def counted(request: Request) -> Response:
            outcome = "failed"
            try:
                response = await handler(request)
                outcome = "taken"
            except ProblemError as refusal:
                outcome = refusal.slug
                await _drain(request)
                raise
            finally:
                metrics.UPLOADS.labels(outcome).inc()
            return response

        return counted


async def _drain(request: Request) -> None:
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            await _read(request, DRAIN_BYTES)
    except (TimeoutError, ClientDisconnect):
        return


async def _read(request: Request, limit: int) -> None:
    while limit > 0:
        message = await request.receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
        limit -= len(message.get("body", b""))
