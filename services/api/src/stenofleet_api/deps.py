"""What routes ask for, as annotated aliases.

What does not block is a coroutine, so that it takes no thread.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from starlette.concurrency import run_in_threadpool
from stenofleet.keys import Scope
from stenofleet.settings import ApiSettings
from stenofleet.storage import Recordings

from stenofleet_api.auth.caller import Caller
from stenofleet_api.auth.errors import RateLimited, ScopeMissing, Unauthenticated
from stenofleet_api.auth.gate import Gate
from stenofleet_api.events.live import Live
from stenofleet_api.problems import documented
from stenofleet_api.publisher import Publisher

KEY_HEADER = "X-API-Key"

_bearer = HTTPBearer(auto_error=False, description="A key: `sf_...`")
_header = APIKeyHeader(name=KEY_HEADER, auto_error=False, description="A key: `sf_...`")


@dataclass(frozen=True)
class Context:
    """What lives as long as the process."""

    settings: ApiSettings
    engine: Engine
    sessions: sessionmaker[Session]
    recordings: Recordings
    publisher: Publisher
    gate: Gate
    live: Live


async def context(request: Request) -> Context:
    """The running app's context."""
    found: Context = request.app.state.context
    return found


InContext = Annotated[Context, Depends(context)]


async def identify(request: Request) -> Caller:
    """Who sent the request; asked for again, it is told from memory and counts for one.

    Raises:
        Unauthenticated: no valid key came.
        RateLimited: the key was used too often.
    """
    found: Caller | None = getattr(request.state, "caller", None)
    if found is None:
        gate: Gate = request.app.state.context.gate
        key = await _key(request)
        found = gate.admit(None) if gate.is_open else await run_in_threadpool(gate.admit, key)
        request.state.caller = found
    return found


async def _key(request: Request) -> str | None:
    bearer: HTTPAuthorizationCredentials | None = await _bearer(request)
    return bearer.credentials if bearer else await _header(request)


async def caller(
    request: Request, _: Annotated[Any, Security(_bearer)], __: Annotated[Any, Security(_header)]
) -> Caller:
    """Who sent the request; the last two have the description tell how a key is sent."""
    return await identify(request)


InCaller = Annotated[Caller, Depends(caller)]


async def owner(caller: InCaller) -> str:
    """Whose rows the request may see."""
    return caller.owner


async def upload_limit(context: InContext, caller: InCaller) -> int:
    """Bytes that one upload may have: the lower of the installation's and the key's limit."""
    return min(
        context.settings.max_upload_bytes,
        caller.max_upload_bytes or context.settings.max_upload_bytes,
    )


def require(scope: Scope) -> Callable[[Caller], Awaitable[None]]:
    """A dependency that lets only keys with ``scope`` pass."""

    async def checked(caller: InCaller) -> None:
        if not caller.may(scope):
            raise ScopeMissing(scope, caller.scopes)

    return checked


REFUSALS = documented(Unauthenticated, ScopeMissing, RateLimited)
"""What every route that needs a key may answer, for its description."""

Owner = Annotated[str, Depends(owner)]
UploadLimit = Annotated[int, Depends(upload_limit)]
