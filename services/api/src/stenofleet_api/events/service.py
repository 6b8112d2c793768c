"""What one client is told, from its first event to its last."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import structlog
from pydantic import BaseModel
from redis.exceptions import RedisError
from sqlalchemy.orm import Session, sessionmaker
from starlette.concurrency import run_in_threadpool
from stenofleet import status
from stenofleet.contracts.progress import Progress
from stenofleet.feed import Event

from stenofleet_api.events.hub import Hub, Watcher
from stenofleet_api.events.seen import Seen, has_ended
from stenofleet_api.events.stream import EventLog, is_place
from stenofleet_api.sessions import repository

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS: Final = 15.0
"""Proxies close connections on which nothing comes, the common ones after 60 s."""
SNAPSHOT: Final = "snapshot"
MOST: Final = 1_000
"""Sessions that a snapshot of all tells of, the newest."""


class Running(BaseModel):
    """What an owner's stream begins with."""

    sessions: list[Progress]


@dataclass(frozen=True)
class Told:
    """An event for a client, or a heartbeat when it has no name.

    Attributes:
        id: what the client sends as ``Last-Event-ID`` when it comes again; None keeps the last.
        data: JSON.
    """

    name: str | None = None
    data: str = ""
    id: str | None = None


class LiveEvents:
    """One owner's events."""

    def __init__(
        self, hub: Hub, stream: EventLog, sessions: sessionmaker[Session], owner: str
    ) -> None:
        """Snapshots come from ``sessions``, what was missed from ``stream``."""
        self._hub = hub
        self._stream = stream
        self._sessions = sessions
        self._owner = owner

    async def find(self, session_id: uuid.UUID) -> Progress:
        """How far the session is, or SessionNotFound."""
        return await run_in_threadpool(self._find, session_id)

    async def missed(self, session_id: uuid.UUID | None, last_id: str | None) -> list[Event] | None:
        """What a client that comes again has not heard; None when that is not known."""
        if last_id is None or not is_place(last_id):
            return None

        def wanted(event: Event) -> bool:
            return event.owner == self._owner and session_id in {None, event.session_id}

        try:
            return await self._stream.since(last_id, wanted)
        except RedisError:
            return None

    async def of_one(
        self, session_id: uuid.UUID, last_id: str | None, missed: list[Event] | None = None
    ) -> AsyncIterator[Told]:
        """A session's events: what was missed, the present, and what follows until its end.

        Args:
            session_id: the session.
            last_id: the last event that the client has heard.
            missed: what it has not; None to look for it in the stream.

        Raises:
            SessionNotFound: there is none.
        """
        with self._hub.watching(self._owner, session_id) as watcher:
            seen = Seen()
            place = await self._place()
            if missed is None:
                missed = await self.missed(session_id, last_id)
            for event in missed or ():
                if seen.passes(session_id, event.progress):
                    yield _told(event)
            now = await self.find(session_id)
            seen.passes(session_id, now)
            yield Told(SNAPSHOT, now.model_dump_json(), place)
            if not has_ended(now):
                async for told in live(watcher, seen):
                    yield told

    async def of_all(self, last_id: str | None) -> AsyncIterator[Told]:
        """Events of all the owner's sessions: what was missed, what runs, and what follows."""
        with self._hub.watching(self._owner) as watcher:
            seen = Seen()
            place = await self._place()
            for event in await self.missed(None, last_id) or ():
                if seen.passes(event.session_id, event.progress):
                    yield _told(event)
            now = await run_in_threadpool(self._running)
            for each in now:
                seen.passes(each.session_id, each)
            watcher.running = {each.session_id for each in now}
            yield Told(SNAPSHOT, Running(sessions=now).model_dump_json(), place)
            async for told in live(watcher, seen):
                yield told

    async def _place(self) -> str | None:
        """Where a client goes on that has the snapshot which is taken next; None: unknown."""
        try:
            return await self._stream.last_id()
        except RedisError as error:
            log.warning("the stream of events is away", error=type(error).__name__)
            return None

    def _find(self, session_id: uuid.UUID) -> Progress:
        with self._sessions() as db:
            session = repository.get(db, self._owner, session_id)
            return status.of(session, repository.processing_status(db, session_id))

    def _running(self) -> list[Progress]:
        with self._sessions() as db:
            return list(status.running(db, self._owner, MOST).values())


async def live(watcher: Watcher, seen: Seen) -> AsyncIterator[Told]:
    """What comes from now on; a watcher of one session stops at its end.

    Events that are no news keep no heartbeat back: the client hears nothing of them.
    """
    clock = asyncio.get_running_loop().time
    told_at = clock()
    while True:
        try:
            event = await watcher.next(max(0.0, told_at + HEARTBEAT_SECONDS - clock()))
        except EOFError:
            return
        if event is None:
            yield Told()
        elif seen.passes(event.session_id, event.progress):
            _keep_running(watcher, event)
            yield _told(event)
            if watcher.session_id is not None and has_ended(event.progress):
                return
        else:
            continue
        told_at = clock()


def _keep_running(watcher: Watcher, event: Event) -> None:
    if has_ended(event.progress):
        watcher.running.discard(event.session_id)
    else:
        watcher.running.add(event.session_id)


def _told(event: Event) -> Told:
    if event.progress is None:
        return Told(event.name.value, json.dumps({"session_id": str(event.session_id)}), event.id)
    return Told(event.name.value, event.progress.model_dump_json(), event.id)
