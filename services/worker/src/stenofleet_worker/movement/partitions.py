"""The partitions of movements: a day each, made ahead and dropped when their time is over.

Rows are never moved. A day of which the default partition holds rows already gets none of its own,
and a gauge tells how many rows lie there.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Date, Text, column, delete, exists, func, select, table, text
from sqlalchemy.orm import Session, sessionmaker

from stenofleet_worker import metrics
from stenofleet_worker.services import Services

log = structlog.get_logger(__name__)

TABLE: Final = "movement_log"
DEFAULT: Final = f"{TABLE}_default"

AHEAD: Final = 7
"""Days: housekeeping may be away for as long."""

BEHIND: Final = 1
"""Days: events are on their way over midnight."""

DELETED: Final = 10_000
"""Rows of the default partition that one run removes."""

COUNTED: Final = 100_000
"""Rows of the default partition that are counted at most: the figure is an alarm."""

_STRAYS: Final = table(DEFAULT, column("event_day", Date))
_PLACE: Final = column("ctid", Text)
"""PostgreSQL's own address of a row."""

_LOCK: Final = 6_001_903
"""Key of the advisory lock of whoever changes the partitions; any number that nobody else uses."""

_PATIENCE: Final = text("SET LOCAL lock_timeout = '2s'")
"""For a table that somebody reads: who waits to change it has all others wait behind it."""


def keep(services: Services) -> int:
    """Makes partitions ahead, drops those past their time, and counts the default one.

    Returns:
        How many partitions were made or dropped.

    Raises:
        OperationalError, InterfaceError: the database is away, or a table was in use for long.
    """
    changed = make(services.sessions)
    days = services.settings.movement_retention_days
    if days is not None:
        changed += _drop(services.sessions, today() - timedelta(days=days))
    with services.sessions() as db:
        metrics.STRAY_MOVEMENTS.labels(TABLE).set(_strays(db))
    return changed


def make(sessions: sessionmaker[Session]) -> int:
    """Makes the partitions that are missing, from yesterday to a week ahead; returns how many."""
    with sessions() as db:
        missing = sorted(wanted(today()) - _existing(db).keys())
    return sum(_make(sessions, day) for day in missing)


def wanted(now: date) -> set[date]:
    """The days that have a partition when it is ``now``."""
    return {now + timedelta(days=number) for number in range(-BEHIND, AHEAD + 1)}


def name_of(day: date) -> str:
    """The name of a day's partition."""
    return f"{TABLE}_{day:%Y%m%d}"


def day_in(name: str) -> date | None:
    """The day whose partition bears this name; None when it is another table's."""
    found = re.fullmatch(rf"{TABLE}_(\d{{8}})", name, re.ASCII)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def today() -> date:
    """The day in UTC, as events have it."""
    return datetime.now(UTC).date()


def _existing(db: Session) -> dict[date, str]:
    query = (
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:t AS regclass)"
    )
    names = db.scalars(text(query), {"t": TABLE})
    return {day: name for name in names if (day := day_in(name)) is not None}


def _make(sessions: sessionmaker[Session], day: date) -> bool:
    with sessions.begin() as db:
        if not _alone(db):
            return False
        if db.scalar(select(exists().where(_STRAYS.c.event_day == day))):
            log.warning("a day's movements lie in the default partition", day=str(day))
            return False
        created = f"CREATE TABLE IF NOT EXISTS {name_of(day)} PARTITION OF {TABLE}"
        bounds = f"FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')"
        db.execute(text(f"{created} {bounds}"))
    return True


def _drop(sessions: sessionmaker[Session], first_kept: date) -> int:
    """What lies in the default partition goes too, by rows."""
    with sessions() as db:
        old = [name for day, name in _existing(db).items() if day < first_kept]
    dropped = sum(_drop_one(sessions, name) for name in old)
    with sessions.begin() as db:
        past = select(_PLACE).select_from(_STRAYS).where(_STRAYS.c.event_day < first_kept)
        db.execute(delete(_STRAYS).where(_PLACE.in_(past.limit(DELETED))))
    return dropped


def _drop_one(sessions: sessionmaker[Session], name: str) -> bool:
    with sessions.begin() as db:
        if not _alone(db):
            return False
        db.execute(text(f"DROP TABLE IF EXISTS {name}"))
    log.info("a day's movements are past their time", partition=name)
    return True


def _alone(db: Session) -> bool:
    """Whether nobody else changes the partitions now; then nobody does until this is over."""
    db.execute(_PATIENCE)
    return bool(db.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK}))


def _strays(db: Session) -> int:
    some = select(_STRAYS.c.event_day).limit(COUNTED).subquery()
    return db.scalar(select(func.count()).select_from(some)) or 0
