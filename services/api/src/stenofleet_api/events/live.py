"""What live events need for as long as the process runs."""

import uuid
from collections.abc import Collection
from functools import partial

from sqlalchemy.orm import Session, sessionmaker
from stenofleet import status
from stenofleet.contracts.progress import Progress
from stenofleet.redis_address import Address

from stenofleet_api.events.hub import Hub
from stenofleet_api.events.reader import Reader
from stenofleet_api.events.stream import EventLog
from stenofleet_api.events.tickets import Tickets


class Live:
    """The hub, and what it is fed from."""

    def __init__(self, address: Address, sessions: sessionmaker[Session]) -> None:
        """Connects when asked; ``address`` is where events lie, ``sessions`` the truth."""
        self.hub = Hub()
        self.stream = EventLog(address)
        self.tickets = Tickets(address)
        self._reader = Reader(self.hub, self.stream, partial(_look, sessions))

    def start(self) -> None:
        """Begins to read, in the running loop."""
        self._reader.start()

    async def stop(self) -> None:
        """Ends all watching, and lets go of the connections."""
        await self._reader.stop()
        await self.tickets.close()
        await self.stream.close()


def _look(
    sessions: sessionmaker[Session], session_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, Progress]:
    with sessions() as db:
        return status.read(db, session_ids)
