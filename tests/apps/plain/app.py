"""A Celery app that knows nothing of the operator; how it runs is told by its environment.

Each run of a task is written into a ledger, a Redis other than the broker: the list
``APP:runs`` tells when it began and ended, the hash ``APP:effects`` holds its effect, which is the
same however often the task runs.
"""

import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from celery import Celery

NAME = os.environ["APP"]
PREFETCH = os.environ.get("PREFETCH", "off")
POD = os.environ.get("HOSTNAME", "")

ledger = redis.Redis.from_url(os.environ["LEDGER_URL"])

app = Celery(NAME, broker=os.environ["BROKER_URL"])
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "global_keyprefix": os.environ.get("KEY_PREFIX", ""),
        "visibility_timeout": int(os.environ.get("VISIBILITY_TIMEOUT", "3600")),
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
    },
    task_acks_late=os.environ.get("ACKS_LATE", "1") == "1",
    task_reject_on_worker_lost=os.environ.get("ACKS_LATE", "1") == "1",
    task_ignore_result=True,
    worker_disable_prefetch=PREFETCH == "off",
    worker_prefetch_multiplier=1 if PREFETCH == "off" else int(PREFETCH),
)


@app.task(name="sleep", bind=True)
def sleep(self: Any, seconds: float) -> None:
    """Waits, as for an answer from elsewhere."""
    with entered(self.request):
        time.sleep(seconds)


@app.task(name="held", bind=True)
def held(self: Any, seconds: float) -> None:
    """Waits until the app's tasks are released, and then for so long."""
    with entered(self.request):
        while not ledger.exists(f"{NAME}:released"):
            time.sleep(0.1)
        time.sleep(seconds)


@app.task(name="burn", bind=True)
def burn(self: Any, seconds: float) -> None:
    """Uses a processor for so many seconds of its time."""
    with entered(self.request):
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass


@contextmanager
def entered(request: Any) -> Iterator[None]:
    """Enters a run into the ledger, and its effect once it is through."""
    run = uuid.uuid4().hex
    tell(ledger, request, run, "started")
    yield
    # Together: who sees the effect sees the run's end as well.
    with ledger.pipeline() as pipe:
        pipe.hsetnx(f"{NAME}:effects", request.id, run)
        tell(pipe, request, run, "ended")
        pipe.execute()


def tell(where: redis.Redis, request: Any, run: str, event: str) -> None:
    """Appends an event to the ledger."""
    told = {"task": request.id, "run": run, "event": event, "at": time.time(), "pod": POD}
    where.rpush(f"{NAME}:runs", json.dumps(told))
