"""The app that ``celery -A stenofleet_worker`` runs, as worker and as beat."""

from typing import Any, Final

import structlog
from celery import Celery
from celery.signals import setup_logging, worker_ready
from stenofleet.celery_app import make_app
from stenofleet.settings import WorkerSettings, load
from stenofleet.telemetry import configure_logging

POOL: Final = "stenofleet_worker.pool:TaskPool"

log = structlog.get_logger(__name__)

settings = load(WorkerSettings)


def _make(settings: WorkerSettings) -> Celery:
    app = make_app(settings)
    app.conf.update(
        # Celery takes this pool when --pool is not given.
        worker_pool=POOL,
        worker_concurrency=settings.celery_concurrency,
        include=["stenofleet_worker.tasks"],
    )
    return app


app = _make(settings)


@setup_logging.connect
def _log_as_json(**_: Any) -> None:
    configure_logging("worker", settings)


@worker_ready.connect
def _warn_of_fixed_pool(sender: Any, **_: Any) -> None:
    if not hasattr(sender.pool, "grow"):
        log.warning(
            "concurrency cannot be resized with this pool: leave --pool out",
            pool=type(sender.pool).__module__,
        )
