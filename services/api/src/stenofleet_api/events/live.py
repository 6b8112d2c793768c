"""What live events need for as long as the process runs."""

import uuid
from collections.abc import Collection
from functools import partial

import structlog
from sqlalchemy.orm import Session, sessionmaker
from stenofleet import status
from stenofleet.contracts.progress import Progress
from stenofleet.redis_clients import is_direct

from stenofleet_api.events.hub import Hub
from stenofleet_api.events.reader import Reader
from stenofleet_api.events.stream import EventLog
from stenofleet_api.events.tickets import Tickets

log = structlog.get_logger(__name__)


class Live:
    """The hub, and what it is fed from."""

    def __init__(self, url: str, sessions: sessionmaker[Session]) -> None:
        """Connects when it is first asked; ``url`` is where events lie, ``sessions`` the truth."""
        if not is_direct(url):
            log.warning("events come late: kombu's sentinel:// URLs are not understood here")
        self.hub = Hub()
        self.stream = EventLog(url) if is_direct(url) else None
        self.tickets = Tickets(url if is_direct(url) else None)
        self._reader = Reader(self.hub, self.stream, partial(_look, sessions))

    def start(self) -> None:
        """Begins to read, in the running loop."""
        self._reader.start()

    async def stop(self) -> None:
        """Ends all watching, and lets go of the connections."""
        await self._reader.stop()
        await self.tickets.close()
        if self.stream is not None:
            await self.stream.close()


def _look(
    sessions: sessionmaker[Session], session_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, Progress]:
    with sessions() as db:
        return status.read(db, session_ids)
