"""Where sessions of a load test go: the API or the queue, behind one form."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from stenofleet.contracts.progress import Progress


@dataclass(frozen=True)
class Sent:
    """A session that waits for a worker.

    Attributes:
        queued_at: by the database's clock.
    """

    id: uuid.UUID
    queued_at: datetime


class Target(Protocol):
    """Takes sessions; every method raises StenofleetError when it cannot.

    Attributes:
        made: all sessions that were begun, those too that could not be queued.
    """

    made: set[uuid.UUID]

    def submit(self, number: int) -> Sent:
        """Queues a session with the recording; called by several threads at once."""

    def ended(self, waiting: Collection[uuid.UUID]) -> dict[uuid.UUID, Progress]:
        """Those of the sessions that are over."""

    def remove(self, session: uuid.UUID) -> None:
        """Leaves nothing of the session behind."""
