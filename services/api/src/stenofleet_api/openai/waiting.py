"""Waiting for the end of a session, without a thread or a connection held meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

import structlog
from starlette.concurrency import run_in_threadpool
from stenofleet.contracts.states import ENDED, SessionState

from stenofleet_api.events.hub import Watcher
from stenofleet_api.problems import DATABASE_AWAY

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0
"""Between two looks into the database, unless an event comes first."""


async def until_ended(
    look: Callable[[], SessionState], watcher: Watcher, seconds: float
) -> AsyncIterator[None]:
    """Comes back now and then until the session has ended.

    Args:
        look: reads the session's state; what it raises ends the waiting, but a database that is
            away is waited for.
        watcher: of the session, for an end that is noticed at once.
        seconds: how long at most.

    Raises:
        TimeoutError: it has not ended by then.
    """
    deadline = time.monotonic() + seconds
    while await run_in_threadpool(_state, look) not in ENDED:
        if time.monotonic() > deadline:
            raise TimeoutError
        yield
        await _news(watcher)


async def _news(watcher: Watcher) -> None:
    try:
        await watcher.next(LOOK_SECONDS)
    except EOFError:
        await asyncio.sleep(LOOK_SECONDS)


def _state(look: Callable[[], SessionState]) -> SessionState | None:
    try:
        return look()
    except DATABASE_AWAY as error:
        log.warning("the database is away; waiting goes on", error=type(error).__name__)
        return None
