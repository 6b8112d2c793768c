"""The Celery app that the API publishes with and the workers run (extra: celery)."""

import time
from typing import Any

from celery import Celery
from celery.signals import before_task_publish

from stenofleet.contracts.headers import ENQUEUED_AT
from stenofleet.contracts.tasks import CORE_QUEUE, ROUTES
from stenofleet.settings import RedisSettings

SOCKET_TIMEOUT = 5.0
"""Seconds until a Redis that does not answer counts as away."""

RESULT_STORES = {
    scheme: f"stenofleet.results:{name}"
    for scheme, name in (
        ("redis", "ResultStore"),
        ("rediss", "ResultStore"),
        ("sentinel", "SentinelResultStore"),
    )
}
"""The result backends that do not subscribe at each publish."""


def make_app(settings: RedisSettings, name: str = "stenofleet") -> Celery:
    """An app with the settings under which a task may run twice, but is never lost.

    Late acknowledgement and ``reject_on_worker_lost`` keep a message until its task is done;
    without prefetching, a worker holds no message that another could be running.
    """
    app = Celery(name)
    app.conf.update(
        broker_url=settings.broker,
        result_backend=settings.results,
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        task_default_queue=CORE_QUEUE,
        task_routes=ROUTES,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_track_started=True,
        worker_disable_prefetch=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": settings.visibility_timeout,
            "socket_connect_timeout": SOCKET_TIMEOUT,
            "socket_timeout": SOCKET_TIMEOUT * 2,
            "socket_keepalive": True,
        },
        redis_socket_connect_timeout=SOCKET_TIMEOUT,
        redis_socket_timeout=SOCKET_TIMEOUT * 2,
        result_expires=settings.result_expires,
    )
    app.loader.override_backends = RESULT_STORES
    instrument(app)
    return app


def instrument(app: Celery) -> Celery:
    """Makes ``app`` tell when each message was published; any Celery app may call it.

    Celery's signal is one for the whole process, so this stamps what other apps of the process
    publish too; the header is harmless to them.
    """
    before_task_publish.connect(_stamp, weak=False, dispatch_uid="stenofleet.enqueued_at")
    return app


def _stamp(headers: dict[str, Any] | None = None, **_: Any) -> None:
    # Celery's retry copies the headers of the message, so the time is overwritten at each publish.
    if headers is not None:
        headers[ENQUEUED_AT] = int(time.time() * 1000)
