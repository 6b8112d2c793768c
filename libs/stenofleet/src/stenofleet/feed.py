"""Events of sessions as they happen: a Redis Stream, which API processes read (extra: db).

What a transaction has changed is told after its commit, with the session's state as committed.
The stream is for eyes: it may lose an event while Redis is away, and PostgreSQL stays the truth.
"""

import time
import uuid
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import structlog
from prometheus_client import Counter
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import event as hooks
from sqlalchemy.orm import Session, sessionmaker

from stenofleet import status
from stenofleet.background import Background
from stenofleet.contracts.events import EventName
from stenofleet.contracts.progress import Progress
from stenofleet.redis_address import Address
from stenofleet.redis_clients import asking_once
from stenofleet.telemetry import begin_at_zero

log = structlog.get_logger(__name__)

EVENTS: Final = Counter(
    "stenofleet_session_events_total",
    "What happened to sessions, counted at the commit; of two at once, progress gives way.",
    ["event"],
)
begin_at_zero(EVENTS, ((each.value,) for each in EventName))
STREAM: Final = "stenofleet:events"
LENGTH: Final = 100_000
"""Events that the stream keeps, about; half a kilobyte each."""
KEPT_SECONDS: Final = 24 * 3600
"""A stream to which nothing came for that long goes."""
ANSWER_SECONDS: Final = 2.0
WAITING: Final = 1_000
"""Transactions whose events wait to be told, at most; those of more are lost."""
PAUSE_SECONDS: Final = 5.0
"""For how long a Redis that did not answer is not asked again."""

_NOTED: Final = "stenofleet.feed.noted"
_READY: Final = "stenofleet.feed.ready"


class Note(NamedTuple):
    """What will be told of a session."""

    owner: str
    event: EventName


@dataclass(frozen=True)
class Event:
    """What happened to a session.

    Attributes:
        id: its place in the stream; None for what was read from PostgreSQL instead.
        progress: the state it left the session in; None when the session is gone.
    """

    owner: str
    session_id: uuid.UUID
    name: EventName
    progress: Progress | None
    id: str | None = None

    def fields(self) -> dict[str, str]:
        """As an entry of the stream."""
        told = self.progress.model_dump_json() if self.progress else ""
        return {
            "owner": self.owner,
            "session": str(self.session_id),
            "event": self.name.value,
            "progress": told,
        }

    @classmethod
    def read(cls, entry_id: str, fields: dict[str, str]) -> "Event":
        """An entry of the stream.

        Raises:
            KeyError, ValueError: it is none of ours.
        """
        told = fields["progress"]
        return cls(
            owner=fields["owner"],
            session_id=uuid.UUID(fields["session"]),
            name=EventName(fields["event"]),
            progress=Progress.model_validate_json(told) if told else None,
            id=entry_id,
        )


def note(db: Session, session_id: uuid.UUID, owner: str, event: EventName) -> None:
    """Has ``event`` told once the caller's transaction is committed.

    Of two in one transaction, progress gives way.
    """
    noted: dict[uuid.UUID, Note] = db.info.setdefault(_NOTED, {})
    if event is not EventName.PROGRESS or session_id not in noted:
        noted[session_id] = Note(owner, event)


class Feed:
    """Writes events into the stream from a thread of its own, so that nobody waits for Redis."""

    def __init__(self, address: Address) -> None:
        """Nothing is sent yet."""
        self._redis = asking_once(address, ANSWER_SECONDS, "feed")
        self._thread = Background("telling events", WAITING)
        self._silent_until = 0.0

    def tell(self, events: list[Event]) -> None:
        """Has events added soon, in the order of the calls; while Redis is away they are lost."""
        self._thread.submit(self._try, events)

    def close(self) -> None:
        """Waits until what was told is written."""
        self._thread.close()

    def _try(self, events: list[Event]) -> None:
        if time.monotonic() < self._silent_until:
            return
        try:
            _add(self._redis, events)
        except RedisError as error:
            # The text of the error may hold an address with a password.
            log.warning("events are not told for a moment", error=type(error).__name__)
            self._silent_until = time.monotonic() + PAUSE_SECONDS


def _add(client: Redis, events: list[Event]) -> None:
    with client.pipeline(transaction=False) as pipe:
        for each in events:
            entry: dict[Any, Any] = dict(each.fields())
            pipe.xadd(STREAM, entry, maxlen=LENGTH, approximate=True)
        pipe.expire(STREAM, KEPT_SECONDS)
        pipe.execute()


def connect(sessions: sessionmaker[Session], feed: Feed) -> None:
    """Has ``feed`` tell what transactions of ``sessions`` note."""

    def tell(db: Session) -> None:
        if db.in_nested_transaction():
            return
        events: list[Event] = db.info.pop(_READY, [])
        for each in events:
            EVENTS.labels(each.name.value).inc()
        if events:
            feed.tell(events)

    hooks.listen(sessions, "before_commit", _prepare)
    hooks.listen(sessions, "after_commit", tell)
    hooks.listen(sessions, "after_rollback", _forget)


def _prepare(db: Session) -> None:
    """Reads what is about to be committed, while the transaction still sees it."""
    if db.in_nested_transaction() or not (noted := db.info.pop(_NOTED, None)):
        return
    found = status.read(db, noted)
    db.info[_READY] = [
        Event(each.owner, session_id, each.event, found.get(session_id))
        for session_id, each in noted.items()
    ]


def _forget(db: Session) -> None:
    db.info.pop(_NOTED, None)
    db.info.pop(_READY, None)
