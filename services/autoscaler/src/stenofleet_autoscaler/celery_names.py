"""What celery-exporter's dashboards ask for, told under its names without asking any worker.

Gauges come from what the operator sees anyway; counters from the events of tasks that workers send
when they run with ``-E``, which celery-exporter needs too. Names and labels are those of
https://github.com/danihodovic/celery-exporter, 0.11; a test runs both for the same workload.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

REMEMBERED: Final = 10_000
"""Tasks whose names are kept, as many as Celery's own view of events keeps."""

FORGOTTEN_AFTER: Final = 600.0
"""Seconds after its last event when a host's series go: pods come and go by new names."""

DEFAULT_QUEUE: Final = "celery"
"""celery-exporter's word for a queue that no ``task-sent`` named."""

UNKNOWN_NAME: Final = "None"
"""Its word for a task whose name no event has told: one that was revoked before it was received."""

UNKNOWN_EXCEPTION: Final = "UnknownException"
"""Its word where an exception does not tell its class."""

_LABELS: Final = ("name", "hostname", "queue_name")

_CLASS: Final = re.compile(r"\w+(?=\()")
"""A class has ``repr`` make ``Name(...)`` unless it says otherwise: its text is nobody's label."""


@dataclass(frozen=True)
class Census:
    """Who works on a pool's queues.

    Attributes:
        depths: messages by queue; a queue that could not be read is missing.
        workers: tasks that run, by the host of each worker that was heard lately.
        slots: tasks that the pool's serving pods may run at once; None while a pod did not tell.
    """

    depths: Mapping[str, int] = field(default_factory=dict)
    workers: Mapping[str, int] = field(default_factory=dict)
    slots: int | None = 0


class CeleryNames(Collector):
    """Events become counters, and a census of the pools gauges.

    Whoever scrapes calls `look` first, where events are taken; what is scraped then may be read by
    another thread.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is exposed yet, and no pool is known."""
        self._census: Callable[[], Iterable[Census]] = tuple
        self._pools: list[Census] = []
        self._clock = clock
        self._tasks: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._heard: dict[str, float] = {}
        self._begun: set[tuple[str, str, str]] = set()
        self._counters = {
            f"task-{end}": _counter(end)
            for end in (
                "sent",
                "received",
                "started",
                "succeeded",
                "rejected",
                "revoked",
                "retried",
            )
        }
        self._counters["task-failed"] = _counter("failed", "exception")
        self._runtime = Histogram(
            "celery_task_runtime", "Seconds that tasks ran that succeeded.", _LABELS,
            registry=None,
        )  # fmt: skip

    def expose(self, registry: CollectorRegistry, census: Callable[[], Iterable[Census]]) -> None:
        """Adds all to ``registry``; ``census`` has one for each pool."""
        self._census = census
        for each in (self, self._runtime, *self._counters.values()):
            registry.register(each)

    def take(self, event: Mapping[str, Any]) -> None:
        """Counts an event of a task; what is none is left aside."""
        kind, uuid = str(event.get("type")), event.get("uuid")
        if kind not in self._counters or not isinstance(uuid, str):
            return
        host = _host(str(event.get("hostname", "")))
        self._heard[host] = self._clock()
        name, queue = self._task(uuid, event)
        labels = (name, host, queue)
        # Whoever sends a task does nothing else with it.
        if kind != "task-sent":
            self._begin(labels)
        exception = (_class_of(event.get("exception")),) if kind == "task-failed" else ()
        self._counters[kind].labels(*labels, *exception).inc()
        if kind == "task-succeeded" and isinstance(event.get("runtime"), int | float):
            self._runtime.labels(*labels).observe(event["runtime"])

    def _begin(self, labels: tuple[str, str, str]) -> None:
        """All counters begin at 0 together, or a rate would miss the first of each."""
        if labels in self._begun:
            return
        self._begun.add(labels)
        for kind, counter in self._counters.items():
            counter.labels(*labels, *(("",) if kind == "task-failed" else ()))

    def look(self) -> None:
        """Takes the census, and forgets hosts that are gone."""
        self._pools = list(self._census())
        self._forget()

    def describe(self) -> Iterable[Metric]:
        """Names and helps alone, for the registry."""
        return _gauges()

    def collect(self) -> Iterable[Metric]:
        """The gauges as they were at the last look."""
        length, workers, processes, up, active = _gauges()
        pools = self._pools
        for queue in sorted({queue for each in pools for queue in each.depths}):
            serving = [each for each in pools if queue in each.depths]
            length.add_metric([queue], max(each.depths[queue] for each in serving))
            workers.add_metric([queue], sum(len(each.workers) for each in serving))
            slots = [each.slots for each in serving if each.slots is not None]
            if len(slots) == len(serving):
                processes.add_metric([queue], sum(slots))
        for host, running in sorted(
            {h: n for each in pools for h, n in each.workers.items()}.items()
        ):
            up.add_metric([host], 1)
            active.add_metric([host], running)
        return length, workers, processes, up, active

    def _task(self, uuid: str, event: Mapping[str, Any]) -> tuple[str, str]:
        """Only the first events of a task tell its name and its queue."""
        name, queue = self._tasks.pop(uuid, (UNKNOWN_NAME, DEFAULT_QUEUE))
        task = str(event.get("name") or name), str(event.get("queue") or queue)
        self._tasks[uuid] = task
        if len(self._tasks) > REMEMBERED:
            self._tasks.popitem(last=False)
        return task

    def _forget(self) -> None:
        limit = self._clock() - FORGOTTEN_AFTER
        for host in [host for host, at in self._heard.items() if at < limit]:
            del self._heard[host]
            self._begun = {labels for labels in self._begun if labels[1] != host}
            for each in (*self._counters.values(), self._runtime):
                each.remove_by_labels({"hostname": host})


def _counter(end: str, *more: str) -> Counter:
    text = f"Events task-{end} that workers sent."
    return Counter(f"celery_task_{end}", text, (*_LABELS, *more), registry=None)


def _gauges() -> tuple[GaugeMetricFamily, ...]:
    def gauge(name: str, text: str, label: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"celery_{name}", text, labels=(label,))

    return (
        gauge("queue_length", "Messages in the queue, over all its priorities.", "queue_name"),
        gauge("active_worker_count", "Workers of the queue that were heard lately.", "queue_name"),
        gauge("active_process_count", "Tasks that they may run at once.", "queue_name"),
        gauge("worker_up", "1 for each worker that was heard lately.", "hostname"),
        gauge("worker_tasks_active", "Tasks that the worker runs.", "hostname"),
    )


def _class_of(exception: object) -> str:
    """The class of an exception that an event bears as ``repr`` told it."""
    found = _CLASS.match(str(exception))
    return found[0] if found else UNKNOWN_EXCEPTION


def _host(node: str) -> str:
    """The part behind the ``@``, as celery-exporter tells it."""
    return node.rpartition("@")[2]
