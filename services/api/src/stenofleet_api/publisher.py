"""Publishes after the commit, away from the request: a broker that is away delays no answer."""

from typing import Final

import structlog
from celery import Celery
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from stenofleet import outbox
from stenofleet.background import Background

from stenofleet_api import metrics

log = structlog.get_logger(__name__)

WAITING: Final = 1000
"""Rows that wait here at most; more are left to housekeeping."""


class Publisher:
    """One thread that sends rows of the outbox; what it cannot send, housekeeping does."""

    def __init__(self, sessions: sessionmaker[Session], app: Celery) -> None:
        """Publishes with ``app`` what lies in the database of ``sessions``."""
        self._sessions = sessions
        self._app = app
        self._thread = Background("publishing", WAITING)

    def publish(self, row_id: int) -> None:
        """Sends the row soon; returns at once."""
        if not self._thread.submit(self._publish, row_id):
            metrics.OUTBOX_PUBLISHES.labels("left").inc()

    def close(self) -> None:
        """Waits for the row that is being sent; the others stay in the outbox."""
        self._thread.close(drop=True)

    def _publish(self, row_id: int) -> None:
        try:
            sent = outbox.publish(self._sessions, self._app, row_id)
        except SQLAlchemyError as error:
            log.warning("a row of the outbox is left to housekeeping", error=type(error).__name__)
            sent = False
        metrics.OUTBOX_PUBLISHES.labels("published" if sent else "left").inc()
