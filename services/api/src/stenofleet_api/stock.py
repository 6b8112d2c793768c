"""How much waits in the database and the store of recordings, looked at for metrics."""

import asyncio
from typing import Final

import structlog
from prometheus_client import Gauge
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from starlette.concurrency import run_in_threadpool
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import Outbox, TranscriptionSession, WebhookDelivery
from stenofleet.errors import StorageError
from stenofleet.movement import dead_letters
from stenofleet.storage import Recordings
from stenofleet.webhooks import DeliveryState

from stenofleet_api import metrics
from stenofleet_api.problems import DATABASE_AWAY

log = structlog.get_logger(__name__)

PERIOD: Final = 15.0
"""Seconds between two looks, of each replica of the API."""
NAN: Final = float("nan")
AT_WORK: Final = (SessionState.PENDING, SessionState.PROCESSING)
"""States in which a session must not stay for ever; an index finds those in them."""

Figures = dict[Gauge, float]


class Stock:
    """Looks as long as the process runs."""

    def __init__(self, sessions: sessionmaker[Session], recordings: Recordings) -> None:
        """Nothing is looked at yet."""
        self._sessions = sessions
        self._recordings = recordings
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to look, in the running loop."""
        _set(_unknown())
        self._task = asyncio.create_task(self._run(), name="stock")

    async def stop(self) -> None:
        """Ends looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def look(self) -> None:
        """Looks once. What cannot be seen is unknown, and not what it was."""
        _set({**_unknown(), **self._counted(), **self._measured()})

    async def _run(self) -> None:
        while True:
            await run_in_threadpool(self.look)
            await asyncio.sleep(PERIOD)

    def _counted(self) -> Figures:
        try:
            with self._sessions() as db:
                return count(db)
        except DATABASE_AWAY as error:
            log.warning("what waits cannot be counted", error=type(error).__name__)
            return {}

    def _measured(self) -> Figures:
        try:
            room = self._recordings.room()
        except StorageError as error:
            log.warning("the volume of recordings cannot be measured", error=str(error))
            return {}
        return {metrics.STORAGE_SIZE: room[0], metrics.STORAGE_FREE: room[1]} if room else {}


def count(db: Session) -> Figures:
    """What waits in the database, by its gauge."""
    waits = Outbox.published_at.is_(None)
    pending = WebhookDelivery.state == DeliveryState.PENDING.value
    return {
        metrics.OUTBOX_WAITING: db.scalar(select(func.count()).select_from(Outbox).where(waits))
        or 0,
        metrics.DELIVERIES_WAITING: db.scalar(
            select(func.count()).select_from(WebhookDelivery).where(pending)
        )
        or 0,
        metrics.DEAD_LETTERS: dead_letters.count(db, None),
        **_of_sessions(db),
    }


def _of_sessions(db: Session) -> Figures:
    table = TranscriptionSession
    untouched = func.extract("epoch", func.now() - func.min(table.updated_at))
    at_work = table.status.in_([state.value for state in AT_WORK])
    rows = db.execute(
        select(table.status, func.count(), untouched).where(at_work).group_by(table.status)
    )
    found = {status: (number, float(seconds)) for status, number, seconds in rows}
    counted = {state.value: found.get(state.value, (0, 0.0)) for state in AT_WORK}
    return {
        **{metrics.SESSIONS.labels(state): float(number) for state, (number, _) in counted.items()},
        **{metrics.SESSION_OLDEST.labels(state): age for state, (_, age) in counted.items()},
    }


def _set(figures: Figures) -> None:
    for gauge, value in figures.items():
        gauge.set(value)


def _unknown() -> Figures:
    of_states = (metrics.SESSIONS, metrics.SESSION_OLDEST)
    return dict.fromkeys(
        [
            metrics.OUTBOX_WAITING,
            metrics.DELIVERIES_WAITING,
            metrics.DEAD_LETTERS,
            metrics.STORAGE_SIZE,
            metrics.STORAGE_FREE,
            *(gauge.labels(state.value) for gauge in of_states for state in AT_WORK),
        ],
        NAN,
    )
