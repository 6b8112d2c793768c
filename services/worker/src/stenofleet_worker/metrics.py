"""What Prometheus reads of a worker; figures of tasks come from Celery's signals."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from celery import Task
from celery.signals import task_failure, task_postrun, task_prerun, task_retry, task_success
from prometheus_client import Counter, Gauge, Histogram
from stenofleet.contracts.headers import ENQUEUED_AT
from stenofleet.contracts.tasks import CORE_QUEUE, LOGS_QUEUE, ROUTES, TRANSCRIPTION_QUEUE
from stenofleet.telemetry import begin_at_zero, bounded

_LABELS = ["task", "queue"]
_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200)

STARTED = Counter("stenofleet_task_started_total", "Tasks begun.", _LABELS)
SUCCEEDED = Counter("stenofleet_task_succeeded_total", "Tasks that returned.", _LABELS)
FAILED = Counter("stenofleet_task_failed_total", "Tasks that raised.", _LABELS)
RETRIED = Counter("stenofleet_task_retried_total", "Tasks sent again by themselves.", _LABELS)
RUNNING = Gauge("stenofleet_task_running", "Tasks that run just now.", _LABELS)
RUN_SECONDS = Histogram(
    "stenofleet_task_run_seconds", "Time a task ran.", _LABELS, buckets=_SECONDS
)
WAIT_SECONDS = Histogram(
    "stenofleet_task_wait_seconds", "Time from enqueued to started.", _LABELS, buckets=_SECONDS
)
SLOTS = Gauge("stenofleet_worker_slots", "Tasks that the worker may run at once just now.")
READY = Gauge("stenofleet_worker_ready", "1 while the worker takes tasks.")
WEBHOOK_TRIES = Counter(
    "stenofleet_webhook_tries_total",
    "Tries to send a webhook's message: delivered, retried (it will be tried again), or failed.",
    ["outcome"],
)
WEBHOOK_SECONDS = Histogram(
    "stenofleet_webhook_try_seconds",
    "Time a try took, from the look-up of the receiver's name to its answer.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
)
AUDIO_SECONDS = Counter(
    "stenofleet_transcribed_audio_seconds_total", "Seconds of recording transcribed."
)
ENGINE_SECONDS = Counter(
    "stenofleet_engine_seconds_total", "Wall time of models that hear windows.", ["engine"]
)
MOVEMENTS = Counter(
    "stenofleet_movement_total",
    "Movements taken from the list: written, there already, or dead letters.",
    ["outcome"],
)
EXPIRED_LETTERS = Counter(
    "stenofleet_movement_dead_letter_expired_total",
    "Dead letters of movements that were removed when their time was over.",
)
STRAY_MOVEMENTS = Gauge(
    "stenofleet_movement_default_partition_rows",
    "Movements of days without a partition of their own, counted up to 100,000.",
    ["table"],
)
"""Bears a label, so that a process that never counted shows none instead of 0."""
SPEED = Histogram(
    "stenofleet_transcription_speed_ratio",
    "Seconds of recording for each second of wall time, of a whole session.",
    buckets=(0.5, 1, 2, 4, 6, 8, 10, 15, 20, 30, 50, 100),
)

_OF_TASKS: Final = (STARTED, SUCCEEDED, FAILED, RETRIED, RUNNING, RUN_SECONDS, WAIT_SECONDS)
_OF_QUEUES: Final = {
    CORE_QUEUE: (WEBHOOK_TRIES, ("delivered", "retried", "failed")),
    LOGS_QUEUE: (MOVEMENTS, ("written", "duplicates", "dead")),
    TRANSCRIPTION_QUEUE: (ENGINE_SECONDS, ("hearing", "speakers")),
}
"""What only the workers of a queue count, with the values of its label."""


def begin_for(queues: Collection[str]) -> None:
    """Has all that workers of these queues will count stand at 0.

    A worker that was woken for one task would else show nothing of it.
    """
    known = [(task, route["queue"]) for task, route in ROUTES.items() if route["queue"] in queues]
    for metric in _OF_TASKS:
        begin_at_zero(metric, known)
    for queue in _OF_QUEUES.keys() & queues:
        counter, values = _OF_QUEUES[queue]
        begin_at_zero(counter, ((value,) for value in values))


@contextmanager
def engine(name: str) -> Iterator[None]:
    """Counts the wall time of the context as a model's own.

    Args:
        name: ``hearing``, from sound to words; or ``speakers``, from sound to voices.
    """
    began = time.monotonic()
    try:
        yield
    finally:
        ENGINE_SECONDS.labels(name).inc(time.monotonic() - began)


def count_tasks() -> None:
    """Connects the figures to Celery's signals; calling it again changes nothing."""
    task_prerun.connect(_started, dispatch_uid="stenofleet.started")
    task_postrun.connect(_ended, dispatch_uid="stenofleet.ended")
    task_success.connect(_succeeded, dispatch_uid="stenofleet.succeeded")
    task_failure.connect(_failed, dispatch_uid="stenofleet.failed")
    task_retry.connect(_retried, dispatch_uid="stenofleet.retried")


def count_movements(figures: Mapping[str, int]) -> None:
    """A batch was written; ``figures`` is how many of its items by outcome."""
    for outcome, count in figures.items():
        MOVEMENTS.labels(outcome).inc(count)


def _started(task: Task[Any, Any], **_: Any) -> None:
    request = task.request
    request.update(sf_started=time.monotonic())
    STARTED.labels(*_of(task)).inc()
    RUNNING.labels(*_of(task)).inc()
    enqueued = request.get(ENQUEUED_AT)
    if isinstance(enqueued, int | float):
        WAIT_SECONDS.labels(*_of(task)).observe(max(0.0, time.time() - enqueued / 1000))


def _ended(task: Task[Any, Any], **_: Any) -> None:
    started = task.request.get("sf_started")
    if started is not None:
        RUNNING.labels(*_of(task)).dec()
        RUN_SECONDS.labels(*_of(task)).observe(time.monotonic() - started)


def _succeeded(sender: Task[Any, Any], **_: Any) -> None:
    SUCCEEDED.labels(*_of(sender)).inc()


def _failed(sender: Task[Any, Any], **_: Any) -> None:
    FAILED.labels(*_of(sender)).inc()


def _retried(sender: Task[Any, Any], **_: Any) -> None:
    RETRIED.labels(*_of(sender)).inc()


def _of(task: Task[Any, Any]) -> tuple[str, str]:
    """The worker's own tasks and queues: whoever publishes a message may write any name into it."""
    queue = (task.request.delivery_info or {}).get("routing_key") or "unknown"
    return bounded(task.name, task.app.tasks), bounded(queue, task.app.amqp.queues)
