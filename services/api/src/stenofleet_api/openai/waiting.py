"""Waiting for the end of a session, without a thread or a connection held meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

import structlog
from starlette.concurrency import run_in_threadpool
from stenofleet.contracts.states import SessionState

from stenofleet_api.problems import DATABASE_AWAY

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 0.3
ENDED: Final = frozenset({SessionState.COMPLETED, SessionState.FAILED, SessionState.CANCELLED})


async def until_ended(look: Callable[[], SessionState], seconds: float) -> AsyncIterator[None]:
    """Comes back several times a second until the session has ended.

    Args:
        look: reads the session's state; what it raises ends the waiting, but a database that is
            away is waited for.
        seconds: how long at most.

    Raises:
        TimeoutError: it has not ended by then.
    """
    deadline = time.monotonic() + seconds
    while await run_in_threadpool(_state, look) not in ENDED:
        if time.monotonic() > deadline:
            raise TimeoutError
        yield
        await asyncio.sleep(LOOK_SECONDS)


def _state(look: Callable[[], SessionState]) -> SessionState | None:
    try:
        return look()
    except DATABASE_AWAY as error:
        log.warning("the database is away; waiting goes on", error=type(error).__name__)
        return None
