"""An app whose task takes a processor for a millisecond; ``OBSERVED`` names what watches it.

It is run by `bench.overhead`, as ``celery -A bench.timed_app worker``.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

from celery.signals import worker_init
from stenofleet.celery_app import make_app
from stenofleet.settings import WorkerSettings
from stenofleet.telemetry import tracing
from stenofleet_worker import metrics, observed

QUEUE = "timed"
WORK_SECONDS = 0.001
METRICS, IDS, TRACES = "metrics", "ids", "traces"

settings = WorkerSettings()
app = make_app(settings)
app.conf.worker_pool = "stenofleet.pool:TaskPool"
_began: list[float] = []


@worker_init.connect
def _observe(**_: Any) -> None:
    """Connects what the worker of the product does, part by part."""
    watching = os.environ["OBSERVED"].split()
    if METRICS in watching:
        metrics.count_tasks()
    if IDS in watching:
        observed.connect()
    if TRACES in watching:
        tracing.configure("worker", settings)


@app.task(name="spin", ignore_result=True)
def spin(number: int, last: int) -> None:
    """Works; the first one starts the clocks and the last one writes what they say."""
    if number == 0:
        _began[:] = (time.perf_counter(), time.process_time())
    end = time.thread_time() + WORK_SECONDS
    while time.thread_time() < end:
        pass
    if number == last:
        spent = (time.perf_counter() - _began[0], time.process_time() - _began[1])
        Path(os.environ["FIGURES"]).write_text(json.dumps(spent))
