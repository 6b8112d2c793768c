"""Hands each event to those of this process who watch; lives in the event loop, without locks."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from stenofleet.feed import Event

from stenofleet_api import metrics

ROOM: Final = 1_000
"""Events that may wait for a watcher that reads slowly; one that falls behind begins anew."""


class Watcher:
    """One who watches an owner's sessions, or one of them."""

    def __init__(self, owner: str, session_id: uuid.UUID | None) -> None:
        """Watches all sessions when ``session_id`` is None."""
        self.owner = owner
        self.session_id = session_id
        self.running: set[uuid.UUID] = set() if session_id is None else {session_id}
        """Sessions that it has heard of, and whose end it has not."""
        self._events: asyncio.Queue[Event | None] = asyncio.Queue(ROOM)
        self._closed = False

    def hand(self, event: Event) -> None:
        """Has the event read soon; a watcher without room is closed."""
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        """Ends the watching; what waits is not read any more."""
        self._closed = True
        while not self._events.empty():
            self._events.get_nowait()
        self._events.put_nowait(None)

    async def next(self, seconds: float) -> Event | None:
        """The next event; None when none came for so long.

        Raises:
            EOFError: the watching was ended.
        """
        if self._closed:
            raise EOFError
        try:
            found = await asyncio.wait_for(self._events.get(), seconds)
        except TimeoutError:
            return None
        if found is None:
            raise EOFError
        return found


class Hub:
    """Knows who watches what."""

    def __init__(self) -> None:
        self._by_owner: dict[str, set[Watcher]] = defaultdict(set)

    @contextmanager
    def watching(self, owner: str, session_id: uuid.UUID | None = None) -> Iterator[Watcher]:
        """A watcher, from now until the block is left."""
        watcher = Watcher(owner, session_id)
        self._by_owner[owner].add(watcher)
        metrics.WATCHERS.inc()
        try:
            yield watcher
        finally:
            metrics.WATCHERS.dec()
            self._by_owner[owner].discard(watcher)
            if not self._by_owner[owner]:
                del self._by_owner[owner]

    def dispatch(self, event: Event) -> None:
        """Hands the event to its owner's watchers."""
        for watcher in tuple(self._by_owner.get(event.owner, ())):
            if watcher.session_id in {None, event.session_id}:
                watcher.hand(event)

    def running(self) -> dict[uuid.UUID, str]:
        """The sessions whose end somebody waits for, and their owners."""
        return {
            session_id: watcher.owner for watcher in self._all() for session_id in watcher.running
        }

    def close(self) -> None:
        """Ends all watching: the clients come again, and begin with a snapshot."""
        for watcher in self._all():
            watcher.close()

    def _all(self) -> list[Watcher]:
        return [watcher for watchers in self._by_owner.values() for watcher in watchers]
