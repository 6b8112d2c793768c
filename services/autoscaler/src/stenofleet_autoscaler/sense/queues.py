"""Celery queues as looks at them showed: depth each time, their messages when they have changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stenofleet.broker.messages import epoch_from_iso

from stenofleet_autoscaler.sense.errors import Unseen, explain_text
from stenofleet_autoscaler.sense.reading import QueueReading, Sample

SAMPLE = 200
"""Messages of a queue that are looked at: those that are delivered next."""

AGAIN_AFTER = 1.0
"""Seconds until a queue that moves is sampled again: reading messages is what a look costs."""

ANYWAY_AFTER = 2.0
"""Seconds until a queue is sampled again though it seems unchanged: its end may have changed."""

ANY, NONE = "", "-"
"""Marks: a sample in any case, and none."""


@dataclass(frozen=True)
class _Later:
    """A message with an ETA."""

    task: str
    eta: float
    enqueued: float | None
    work: float | None


@dataclass
class Queue:
    """One queue over time. Times are seconds since the epoch."""

    _mark: str = ANY
    _sampled_at: float = 0.0
    _sample: Mapping[str, Any] = field(default_factory=dict)
    _later: tuple[_Later, ...] = ()
    _head: tuple[str, float] = ("", 0.0)

    def mark(self, now: float) -> str:
        """What to say of the sample that is known."""
        passed = now - self._sampled_at
        if passed >= ANYWAY_AFTER:
            return ANY
        return self._mark if passed >= AGAIN_AFTER else NONE

    def take(self, answer: Mapping[str, Any], now: float) -> QueueReading | Unseen:
        """What a look answered."""
        if "error" in answer:
            return explain_text(answer["error"])
        depth = int(answer["depth"])
        if depth == 0:
            self._forget()
        elif "sample" in answer:
            self._remember(answer, now)
        return self._reading(depth, now)

    def _forget(self) -> None:
        self._mark, self._sampled_at, self._sample, self._later = ANY, 0.0, {}, ()

    def _remember(self, answer: Mapping[str, Any], now: float) -> None:
        self._mark, self._sampled_at, self._sample = answer["mark"], now, answer["sample"]
        later = (_later(*each) for each in self._sample["later"])
        self._later = tuple(each for each in later if each)
        head = str(self._sample.get("head", ""))
        if head != self._head[0]:
            self._head = (head, now)

    def _reading(self, depth: int, now: float) -> QueueReading:
        if not self._sample:
            return QueueReading(depth)
        come = [each for each in self._later if each.eta <= now]
        etas = [each.eta for each in self._later if each.eta > now]
        return QueueReading(
            depth=depth,
            sampled=int(self._sample["sampled"]),
            samples=_samples(self._sample["tasks"], come),
            etas=tuple(sorted(etas)[:depth]),  # the sample may be older than the depth
            oldest=self._oldest(come),
            garbage=int(self._sample["garbage"]),
        )

    def _oldest(self, come: list[_Later]) -> float | None:
        since = [max(each.eta, each.enqueued or 0.0) for each in come]
        if "oldest" in self._sample:
            since.append(float(self._sample["oldest"]) / 1000)
        elif self._sample["tasks"]:
            since.append(self._head[1])
        return min(since, default=None)


def _later(eta: str, task: str, enqueued: float, work: float) -> _Later | None:
    at = epoch_from_iso(eta)
    if at is None:
        return None
    return _Later(task, at, enqueued / 1000 if enqueued else None, work if work >= 0 else None)


def _samples(tasks: Any, come: list[_Later]) -> tuple[Sample, ...]:
    """An empty table of Lua is a list in JSON or an object, as it likes."""
    groups = {
        task: Sample(task, int(count), work / known if known else None)
        for task, (count, work, known) in (tasks.items() if isinstance(tasks, dict) else ())
    }
    return (*groups.values(), *(Sample(each.task, 1, each.work) for each in come))
