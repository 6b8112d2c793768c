"""The app that ``celery -A stenofleet_worker`` runs, as worker and as beat."""

from typing import Final

from celery import Celery
from stenofleet.celery_app import make_app
from stenofleet.settings import WorkerSettings

from stenofleet_worker import heap
from stenofleet_worker.lifecycle import Lifecycle
from stenofleet_worker.schedule import beat_schedule
from stenofleet_worker.services import services

POOL: Final = "stenofleet.pool:TaskPool"
"""Celery takes it when ``--pool`` is not given."""


def make_worker_app(settings: WorkerSettings) -> Celery:
    """The app with what only workers and beat need."""
    app = make_app(settings)
    app.conf.update(
        worker_pool=POOL,
        worker_concurrency=settings.celery_concurrency,
        include=["stenofleet_worker.tasks"],
        beat_schedule=beat_schedule(),
        # A worker outlives its broker: it tries again for ever.
        broker_connection_max_retries=None,
        # A job's end must reach the result store, however long that is away...
        result_backend_always_retry=True,
        # ...and its progress need not: each try is a short one.
        result_backend_transport_options={
            **app.conf.result_backend_transport_options,
            "retry_policy": {"max_retries": 1},
        },
    )
    return app


heap.share()
app = make_worker_app(services.settings)
Lifecycle(services).connect()
