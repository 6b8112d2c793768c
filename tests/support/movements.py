"""Movements for tests: as the API leaves them in the list, and as they stand in the table."""

import uuid
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.db.models import MovementDeadLetter, MovementLog
from stenofleet.movement.events import Movement, encode
from stenofleet.movement.keys import LEASES, PROCESSING, QUEUE

if TYPE_CHECKING:
    from redis import Redis

PUSHED = 5_000
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
# A UUIDv7 of that time without its random bits.
_FIRST_ID = int(NOON.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62


def movement(number: int, **changes: Any) -> Movement:
    """The movement of this number; the same number gives the same one."""
    values: dict[str, Any] = {
        "event_id": uuid.UUID(int=_FIRST_ID | number),
        "occurred_at": NOON + timedelta(milliseconds=number),
        "owner_id": "default",
        "user_id": f"user-{number % 500}",
        "track_id": number,
        "bbox": (10.5, 20.0, 110.25, 220.0 + number % 100),
        "state": "walking",
        "store": f"store-{number % 20}",
        "location": f"Area_({number % 90},14)",
        "camera_id": None if number % 10 == 0 else f"camera-{number % 10}",
    }
    return Movement(**{**values, **changes})


def push(client: "Redis", movements: Iterable[Movement | bytes]) -> None:
    """Puts them into the list, as the API does."""
    items = [each if isinstance(each, bytes) else encode(each) for each in movements]
    for first in range(0, len(items), PUSHED):
        client.rpush(QUEUE, *items[first : first + PUSHED])


def stored(sessions: sessionmaker[Session]) -> set[uuid.UUID]:
    """The ids of all events in the table; fails when one is there twice."""
    with sessions() as db:
        ids = db.scalars(select(MovementLog.event_id)).all()
    assert len(ids) == len(set(ids))
    return set(ids)


def count(sessions: sessionmaker[Session]) -> int:
    """How many rows the table has."""
    with sessions() as db:
        return db.scalar(select(func.count()).select_from(MovementLog)) or 0


def dead_letters(sessions: sessionmaker[Session]) -> dict[bytes, str]:
    """The reasons of all dead letters, by what came."""
    with sessions() as db:
        return {row.raw: row.reason for row in db.scalars(select(MovementDeadLetter))}


def left_in_redis(client: "Redis") -> Collection[Any]:
    """The keys of movements that wait, or that somebody holds."""
    return [*client.scan_iter(f"{PROCESSING}*"), *client.keys(QUEUE), *client.keys(LEASES)]
