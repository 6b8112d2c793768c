"""Around the routes that take files: refusals that reach the sender, and what they count."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

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
            body, outcome = _Body(request), "failed"
            try:
                response = await handler(Request(request.scope, body.receive))
                outcome = "taken"
            except ProblemError as refusal:
                outcome = refusal.slug
                await body.drain()
                raise
            finally:
                metrics.UPLOADS.labels(outcome).inc()
            return response

        return counted


class _Body:
    """A request's body that knows whether its end was read."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._open = True

    async def receive(self) -> Message:
        message = await self._request.receive()
        self._open = message.get("more_body", False)
        return message

    async def drain(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._read(DRAIN_BYTES)

    async def _read(self, limit: int) -> None:
        while self._open and limit > 0:
            limit -= len((await self.receive()).get("body", b""))
