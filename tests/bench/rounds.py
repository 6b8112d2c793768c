"""The operator's measurements on a cluster, round by round, against a plain Celery app."""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.measures import note
from support.fleet import eventually
from support.ledger import Run, cut, repeated, waits
from support.operator_lab import Lab
from support.plain_app import PlainApp, Setup, plain_app
from support.watches import Sighting, pod_seconds

MOST_PODS = 8
SLOTS = 2
GRACE = 30
REACTION_SECONDS = 60
ROUND_SECONDS = 600
# An app that knows nothing of the operator, with Celery's own pool of threads, whose size is fixed.
# Eight prefork workers that boot at once on two cores would be measured, not the operator.
PLAIN = Setup("threads", concurrency=SLOTS, grace=GRACE, instrumented=False)


@dataclass
class Measure:
    """A figure, once for each round."""

    name: str
    unit: str
    values: list[float] = field(default_factory=list)

    def row(self) -> list[str]:
        """Its cells: name, rounds, min, median, p99 and max.

        >>> Measure("wait", "s", [1.0, 2.0, 6.0]).row()
        ['wait', '3', '1.00 s', '2.00 s', '5.92 s', '6.00 s']
        """
        found = (min(self.values), statistics.median(self.values), p99(self.values))
        cells = [f"{value:.2f} {self.unit}".strip() for value in (*found, max(self.values))]
        return [self.name, str(len(self.values)), *cells]


def p99(values: Sequence[float]) -> float:
    """The 99th percentile; of one value, that value."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[-1]


def reaction_from_zero(lab: Lab, rounds: int) -> Iterator[Measure]:
    """From enqueue to the target's patch, while nothing runs."""
    yield _reactions(lab, "reaction, 0 to N", rounds, least=0)


def reaction_from_one(lab: Lab, rounds: int) -> Iterator[Measure]:
    """From enqueue to the target's patch, while one pod serves."""
    yield _reactions(lab, "reaction, 1 to N", rounds, least=1)


def _reactions(lab: Lab, name: str, rounds: int, least: int) -> Measure:
    measure = Measure(f"{name}: enqueue to patch", "s")
    with (
        _pool(lab, f"react-{least}", window="1s", least=least) as app,
        app.history(".spec.replicas") as seen,
    ):
        for number in range(1, rounds + 1):
            eventually(lambda: len(app.pods()) == least, f"{least} pods", ROUND_SECONDS)
            time.sleep(random.uniform(0.5, 1.5))  # noqa: S311 - any moment between two ticks
            before = len(seen)
            tasks = app.send(6, 0.5)
            measure.values.append(_raised(seen, before, least) - app.sent[tasks[0]])
            note(f"{name}, round {number}: {measure.values[-1]:.2f} s")
            app.wait_done(tasks, ROUND_SECONDS)
    return measure


def _raised(seen: list[Sighting], before: int, least: int) -> float:
    """When more replicas than before were seen, in seconds of the epoch."""

    def later() -> list[float]:
        return [at for at, line in seen[before:] if int(line) > least]

    return eventually(later, "the target's patch", REACTION_SECONDS)[0]


def burst(lab: Lab, rounds: int) -> Iterator[Measure]:
    """40 tasks of 5 s from zero."""
    title = "40 tasks of 5 s from zero"
    started, wait = Measure(f"{title}: last task started", "s"), Measure(f"{title}: wait p50", "s")
    pods = Measure(f"{title}: to the last task's end", "pod-seconds")
    with _pool(lab, "burst", window="30s") as app:
        for number in range(1, rounds + 1):
            waited, used = _burst_round(app)
            started.values.append(waited[-1])
            wait.values.append(statistics.median(waited))
            pods.values.append(used)
            note(f"burst, round {number}: {waited[-1]:.1f} s, {wait.values[-1]:.1f} s, {used:.0f}")
    yield from (started, wait, pods)


def _burst_round(app: PlainApp) -> tuple[list[float], float]:
    app.wait_asleep(ROUND_SECONDS)
    app.ledger.clear()
    with app.pod_events() as events:
        tasks = app.send(40, 5.0)
        app.wait_done(tasks, ROUND_SECONDS)
        runs = app.ledger.runs()
        begin, end = app.sent[tasks[0]], max(run.ended or 0.0 for run in runs)
        return waits(runs, {task: app.sent[task] for task in tasks}), pod_seconds(
            events, begin, end
        )


def long_tasks(lab: Lab, rounds: int) -> Iterator[Measure]:
    """16 tasks of 90 s, until no pod is left."""
    yield from _to_idle(lab, "16 tasks of 90 s", [90.0] * 16, rounds)


def alternating(lab: Lab, rounds: int) -> Iterator[Measure]:
    """Tasks of 5 s and of 90 s in turn, until no pod is left."""
    yield from _to_idle(lab, "16 tasks of 5 s and 90 s in turn", [5.0, 90.0] * 8, rounds)


def _to_idle(lab: Lab, title: str, lengths: list[float], rounds: int) -> Iterator[Measure]:
    lost, again = Measure(f"{title}: cut", ""), Measure(f"{title}: run again", "")
    pods = Measure(f"{title}: to idle", "pod-seconds")
    with _pool(lab, "long", window="30s") as app:
        for number in range(1, rounds + 1):
            runs, used = _idle_round(app, lengths)
            lost.values.append(len(cut(runs)))
            again.values.append(len(repeated(runs)))
            pods.values.append(used)
            note(f"{title}, round {number}: {len(cut(runs))} cut, {used:.0f} pod-seconds")
    yield from (lost, again, pods)


def _idle_round(app: PlainApp, lengths: list[float]) -> tuple[list[Run], float]:
    app.wait_asleep(ROUND_SECONDS)
    app.ledger.clear()
    with app.pod_events() as events:
        tasks = app.send_each(lengths)
        eventually(lambda: len(app.ledger.runs()) >= len(lengths), "all to begin", ROUND_SECONDS)
        app.wait_asleep(ROUND_SECONDS)
        used = pod_seconds(events, app.sent[tasks[0]], time.time())
    return app.ledger.runs(), used


@contextmanager
def _pool(lab: Lab, name: str, window: str, least: int = 0) -> Iterator[PlainApp]:
    spec = {
        "minReplicas": least,
        "maxReplicas": MOST_PODS,
        "concurrency": {"min": SLOTS, "max": SLOTS},
        "objective": {"queueWait": "5s"},
        "behavior": {"scaleDown": {"stabilizationWindow": window}},
    }
    with plain_app(lab, name, PLAIN, **spec) as app:
        app.wait_condition("Ready", "True")
        yield app


PARTS: dict[str, tuple[Callable[[Lab, int], Iterator[Measure]], int]] = {
    "from-zero": (reaction_from_zero, 30),
    "from-one": (reaction_from_one, 30),
    "burst": (burst, 5),
    "long": (long_tasks, 3),
    "alternating": (alternating, 3),
}
"""Each part and how many rounds it has by default."""
