"""A Celery app as somebody else may have it; it knows nothing of the operator."""

import os
import time
from pathlib import Path

from celery import Celery, Task
from celery.exceptions import Reject
from kombu import Exchange, Queue

app = Celery("shop", broker=os.environ.get("CELERY_BROKER_URL"))
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_transport_options={"global_keyprefix": os.environ.get("KEY_PREFIX", "")},
    task_acks_late=True,
    task_queues=[
        Queue("mail"),
        Queue("reports", Exchange("office"), routing_key="weekly"),
    ],
    worker_disable_prefetch=True,
    worker_prefetch_multiplier=1,
)


@app.task(name="until_exists")
def until_exists(path: str) -> None:
    """Runs until the file is there."""
    while not Path(path).exists():
        time.sleep(0.05)


class OddError(Exception):
    """Tells nobody its class."""

    def __repr__(self) -> str:
        return "<an odd one>"


@app.task(name="fails")
def fails(*, oddly: bool = False) -> None:
    """Raises."""
    raise OddError if oddly else ValueError("no mail for redis://:hush@broker")


@app.task(name="retries", bind=True, max_retries=1)
def retries(self: "Task[[], None]") -> None:
    """Is sent again once, and returns."""
    if self.request.retries == 0:
        raise self.retry(countdown=0)


@app.task(name="rejects")
def rejects() -> None:
    """Wants to be neither acknowledged nor run again."""
    raise Reject(requeue=False)
