"""The Celery app that the API publishes with and the workers run (extra: celery)."""

import ssl
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP

from stenofleet.broker.keys import PRIORITY_STEPS
from stenofleet.contracts.headers import ENQUEUED_AT
from stenofleet.contracts.priorities import Priority
from stenofleet.contracts.tasks import CORE_QUEUE, ROUTES
from stenofleet.redis_address import Address
from stenofleet.settings import RedisSettings
from stenofleet.telemetry import tracing

SOCKET_TIMEOUT = 5.0
"""Seconds until a Redis that does not answer counts as away."""

BROKER_POOL = 10
"""Connections of one process that publish at the same time."""

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
        broker_url=settings.broker.url,
        result_backend=settings.results.url,
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        task_default_queue=CORE_QUEUE,
        task_routes=ROUTES,
        # On Redis 0 goes first, and is what a message without a priority would get.
        task_default_priority=Priority.BATCH.value,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_track_started=True,
        worker_disable_prefetch=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_pool_limit=BROKER_POOL,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": settings.visibility_timeout,
            "priority_steps": list(PRIORITY_STEPS),
            "socket_connect_timeout": SOCKET_TIMEOUT,
            "socket_timeout": SOCKET_TIMEOUT * 2,
            "socket_keepalive": True,
            **_sentinels(settings.broker),
        },
        broker_use_ssl=_sentinels_tls(settings.broker),
        result_backend_transport_options=_sentinels(settings.results),
        redis_backend_use_ssl=_sentinels_tls(settings.results),
        redis_socket_connect_timeout=SOCKET_TIMEOUT,
        redis_socket_timeout=SOCKET_TIMEOUT * 2,
        result_expires=settings.result_expires,
    )
    app.loader.override_backends = RESULT_STORES
    instrument(app)
    return app


def _sentinels(address: Address) -> dict[str, Any]:
    """What the URL of Sentinels leaves open; nothing for others."""
    if not address.by_sentinels:
        return {}
    timeouts = {"socket_connect_timeout": SOCKET_TIMEOUT, "socket_timeout": SOCKET_TIMEOUT * 2}
    tls = {"ssl": True, **address.tls} if address.tls else {}
    asked = {"password": address.sentinel_password, **timeouts, **tls}
    return {"master_name": address.master, "sentinel_kwargs": asked}


def _sentinels_tls(address: Address) -> dict[str, Any] | None:
    """TLS with the master; a rediss:// URL says it by itself."""
    if not address.by_sentinels or not address.tls:
        return None
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, **address.tls}


class StampingAMQP(AMQP):
    """Celery's publisher, which tells when each message was published, and how urgent it is."""

    @cached_property
    def send_task_message(self) -> Callable[..., Any]:
        """Sends a message; a retry copies its headers, so the time is written at each publish."""
        send = super().send_task_message

        def send_stamped(*args: Any, headers: dict[str, Any] | None = None, **options: Any) -> Any:
            stamped = {**tracing.carrier(), **(headers or {}), ENQUEUED_AT: int(time.time() * 1000)}
            # Celery gives the default priority to tasks that the process has the code of, and
            # what is sent by name would overtake them all.
            if options.get("priority") is None:
                options["priority"] = self.app.conf.task_default_priority
            return send(*args, headers=stamped, **options)

        return send_stamped


def instrument(app: Celery) -> Celery:
    """Makes ``app``, before its first message, tell when each was published; any app may call it.

    Celery's signal ``before_task_publish`` would do it for all apps of the process.
    """
    app.amqp_cls = f"{StampingAMQP.__module__}:{StampingAMQP.__name__}"
    return app
