"""The one reader of a process: from the Redis Stream, and from PostgreSQL, to all who watch."""

import asyncio
import uuid
from collections.abc import Callable, Collection, Mapping
from typing import Final

import structlog
from redis.exceptions import RedisError
from starlette.concurrency import run_in_threadpool
from stenofleet.contracts.events import EventName
from stenofleet.contracts.progress import Progress
from stenofleet.contracts.states import SessionState
from stenofleet.feed import Event

from stenofleet_api.events.hub import Hub
from stenofleet_api.events.stream import EventLog
from stenofleet_api.problems import DATABASE_AWAY

log = structlog.get_logger(__name__)

AGAIN_SECONDS: Final = 1.0
"""Between two tries to reach a Redis that is away."""
LOOK_SECONDS: Final = 5.0
"""How late an event is at most that the stream has lost."""

Look = Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, Progress]]

_NAMES: Final = {
    SessionState.COMPLETED: EventName.COMPLETED,
    SessionState.FAILED: EventName.FAILED,
    SessionState.CANCELLED: EventName.CANCELLED,
}


class Reader:
    """Runs as long as the process."""

    def __init__(self, hub: Hub, stream: EventLog, look: Look) -> None:
        """``look`` finds what the stream has lost."""
        self._hub = hub
        self._stream = stream
        self._look = look
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins to read, in the running loop."""
        self._tasks.append(asyncio.create_task(self._look_again(), name="events-look"))
        self._tasks.append(asyncio.create_task(self._follow(), name="events"))

    async def stop(self) -> None:
        """Ends reading, and all watching."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._hub.close()

    async def _follow(self) -> None:
        place: str | None = None
        while True:
            try:
                place = place or await self._stream.last_id()
                place, events = await self._stream.following(place)
            except RedisError as error:
                log.warning("the stream of events is away", error=type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            for event in events:
                self._hub.dispatch(event)

    async def _look_again(self) -> None:
        """Finds what the stream has lost: Redis is no place to trust an end to."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            waited_for = self._hub.running()
            if not waited_for:
                continue
            try:
                found = await run_in_threadpool(self._look, waited_for.keys())
            except DATABASE_AWAY as error:
                log.warning("the database is away", error=type(error).__name__)
                continue
            for session_id, owner in waited_for.items():
                self._hub.dispatch(_event(owner, session_id, found.get(session_id)))


def _event(owner: str, session_id: uuid.UUID, progress: Progress | None) -> Event:
    name = EventName.DELETED
    if progress is not None:
        name = _NAMES.get(progress.status, EventName.PROGRESS)
    return Event(owner, session_id, name, progress)
