"""What a worker or beat process does when it starts, is ready, and is asked to stop."""

import logging
import sys
from typing import Any

import structlog
from celery import Celery
from celery.signals import (
    beat_init,
    setup_logging,
    worker_init,
    worker_ready,
    worker_shutting_down,
)
from stenofleet.contracts.tasks import TRANSCRIPTION_QUEUE
from stenofleet.errors import SettingsError
from stenofleet.telemetry import configure_logging, tracing

from stenofleet_worker import health, leaving, metrics, observed
from stenofleet_worker.services import Services

log = structlog.get_logger(__name__)

CELERYS_LEVEL = logging.WARNING
"""What Celery hands over when nobody gave ``--loglevel``."""


class Lifecycle:
    """Receives Celery's signals for one process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._health = health.Health()

    def connect(self) -> None:
        """Registers with Celery's signals."""
        setup_logging.connect(self._log, weak=False)
        worker_init.connect(self._start, weak=False)
        worker_ready.connect(self._ready, weak=False)
        worker_shutting_down.connect(self._stop, weak=False)
        beat_init.connect(self._beat, weak=False)

    def _log(self, loglevel: int = CELERYS_LEVEL, **_: Any) -> None:
        """``--loglevel`` wins over the settings, once it says something else than by default."""
        told = {} if loglevel == CELERYS_LEVEL else {"log_level": logging.getLevelName(loglevel)}
        settings = self._services.settings.model_copy(update=told)
        configure_logging("worker", settings, settings.pool)

    def _start(self, sender: Any, **_: Any) -> None:
        _keep_to_oneself(sender)
        tracing.configure("worker", self._services.settings)
        observed.connect()
        metrics.count_tasks()
        metrics.begin_for(sender.app.amqp.queues.consume_from)
        health.serve(self._health, self._services.settings.health_port)
        if _transcribes(sender.app):
            self._load_engine()

    def _load_engine(self) -> None:
        """Before the first task asks for it; a worker without a model is of no use."""
        try:
            _ = self._services.engine
        except (SettingsError, ImportError) as error:
            # Celery swallows what a signal's receiver raises, but not this.
            sys.exit(f"error: {error}")

    def _ready(self, sender: Any, **_: Any) -> None:
        if not hasattr(sender.pool, "grow"):
            log.warning(
                "concurrency cannot be resized with this pool: leave --pool out",
                pool=type(sender.pool).__module__,
            )
        self._health.watch(sender)
        metrics.SLOTS.set_function(lambda: sender.pool.limit)
        metrics.READY.set_function(self._health.is_ready)

    def _stop(self, **_: Any) -> None:
        if self._services.stopping.is_set():
            return  # the signal came again
        self._services.stopping.set()
        self._health.stopping = True
        leaving.begin()

    def _beat(self, **_: Any) -> None:
        health.serve(self._health, self._services.settings.health_port)
        self._health.ready = True


def _keep_to_oneself(worker: Any) -> None:
    """Switches off what workers ask of all others, as ``--without-mingle --without-gossip`` do.

    At its start each worker else waits a second for the others' lists of revoked tasks, of which
    there are none here, and then listens to every heartbeat of the fleet.
    """
    worker.options.update(without_mingle=True, without_gossip=True)


def _transcribes(app: Celery) -> bool:
    return TRANSCRIPTION_QUEUE in app.amqp.queues.consume_from
