"""Transactions that outlive a restart of the database server."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

import psycopg2
import structlog
from kombu.utils.functional import retry_over_time
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

log = structlog.get_logger(__name__)

T = TypeVar("T")

AWAY = (
    OperationalError,
    InterfaceError,
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
)
"""What SQLAlchemy, or its driver where we use that itself, raises for a server that does not
answer, or went away in a transaction."""

PATIENCE = 60.0
"""Seconds for which a transaction is tried again: a restart of PostgreSQL takes a few."""


class Database:
    """Runs functions in transactions, again while the server is away."""

    def __init__(self, sessions: sessionmaker[Session], patience: float = PATIENCE) -> None:
        self._sessions = sessions
        self._patience = patience

    def run(self, work: Callable[[Session], T]) -> T:
        """Runs ``work`` in a transaction of its own and commits.

        ``work`` may run twice, when the server went away between the commit and its answer.

        Raises:
            OperationalError, InterfaceError: the server stayed away.
        """
        result: T = retry_over_time(
            self._once,
            AWAY,
            args=(work,),
            errback=cast("Any", _told),  # the stubs leave two arguments out
            interval_start=0.2,
            interval_step=0.5,
            interval_max=3.0,
            timeout=self._patience,
        )
        return result

    def once(self, work: Callable[[Session], T]) -> T:
        """Like `run`, without a second try."""
        return self._once(work)

    def _once(self, work: Callable[[Session], T]) -> T:
        with self._sessions.begin() as db:
            return work(db)


def _told(_: Exception, pauses: Iterator[float], __: int) -> float:
    pause = next(pauses)
    log.warning("the database is away, trying again", pause_seconds=pause)
    return pause
