"""How much of a request's body is read."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

from stenofleet_api.problems import BodyTooLarge

JSON_BYTES = 1024**2
"""More than any JSON body of this API needs."""


class JsonRoute(APIRoute):
    """A route whose body is read into memory, and is therefore bounded.

    FastAPI's own ``max_body_size`` answers with plain text where the length was declared.
    """

    body_bytes: ClassVar[int] = JSON_BYTES

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler over a bounded body."""
        handler = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            return await handler(limited(request, self.body_bytes))

        return bounded


def limited(request: Request, limit: int) -> Request:
    """The request, whose body raises BodyTooLarge beyond ``limit`` bytes."""
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise BodyTooLarge(f"Expected a body of at most {limit} bytes.", limit_bytes=limit)
        return message

    return Request(request.scope, receive)
