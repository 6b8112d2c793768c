"""How long tasks run: by name, and by the work that a task's header gives."""

import json
import math
from collections.abc import Mapping
from typing import Any

from stenofleet_autoscaler.learn.histogram import LARGEST, SMALLEST, Histogram

VERSION = 1
MOST_NAMES = 200
"""Task names that are known at a time; the one not seen for longest goes."""

LONGEST_NAME = 256
"""Characters of a name; a longer one is no task's name but garbage."""

MOST_BYTES = 80_000
"""Of JSON that is remembered over a restart; names not seen for longest are left out."""

NEARLY_ALL = 0.95
MEASURED_TO = 1.25
"""How exactly a learned duration is known: ends are seen by ticks, and kept in steps of 20 %."""


class _Task:
    """What is known of one name: its seconds, and its seconds for a second of work."""

    def __init__(self, seconds: Histogram | None = None, ratio: Histogram | None = None) -> None:
        self.seconds = seconds or Histogram()
        self.ratio = ratio or Histogram()

    def to_dict(self) -> dict[str, Any]:
        told = {"seconds": self.seconds.to_dict()}
        return told | ({"ratio": self.ratio.to_dict()} if self.ratio.weight else {})

    @classmethod
    def from_dict(cls, told: Any) -> "_Task":
        parts = told if isinstance(told, Mapping) else {}
        read = (Histogram.from_dict(parts.get(key)) for key in ("seconds", "ratio"))
        return cls(*read)


class Durations:
    """Run times of finished tasks, of which the recent ones count more."""

    def __init__(self) -> None:
        self._tasks: dict[str, _Task] = {}
        self._pool = Histogram()

    def finished(self, task: str, seconds: float, work: float | None, at: float) -> None:
        """Takes in one run.

        Args:
            task: the task's name.
            seconds: how long it ran; what is no positive number is left out.
            work: its expected work from the header (as seconds of audio); None when there is none.
            at: when it finished, in seconds since the epoch.
        """
        if len(task) > LONGEST_NAME or not _is_positive(seconds):
            return
        known = self._tasks.pop(task, _Task())
        self._tasks[task] = known  # the one seen last comes last
        known.seconds.add(seconds, at)
        self._pool.add(seconds, at)
        if work is not None and _is_positive(work):
            known.ratio.add(seconds / work, at)
        while len(self._tasks) > MOST_NAMES:
            del self._tasks[next(iter(self._tasks))]

    def expected(self, task: str, work: float | None = None) -> float | None:
        """Seconds that a run is expected to take; None for a name never seen."""
        known = self._tasks.get(task)
        if known is None:
            return None
        ratio = known.ratio.mean()
        if ratio is None or work is None or not _is_positive(work):
            return known.seconds.mean()
        return min(max(ratio * work, SMALLEST), LARGEST)

    def mean(self) -> float | None:
        """Mean seconds of all runs of the pool; None when there was none."""
        return self._pool.mean()

    def variation(self) -> float | None:
        """How much the runs of the pool differ: their variance over the squared mean."""
        return self._pool.variation()

    def quantile(self, task: str, q: float) -> float | None:
        """Seconds within which a share of `q` of the runs ended; None for a name never seen."""
        known = self._tasks.get(task)
        return None if known is None else known.seconds.quantile(q)

    def remaining(self, task: str, work: float | None, elapsed: float) -> float | None:
        """Seconds that a run is expected to go on; None for a name never seen.

        One that lasts longer than nearly all others is taken to be half-way: what is known of
        such runs is only that they last.
        """
        expected = self.expected(task, work)
        if expected is None:
            return None
        if elapsed < expected:
            return expected - elapsed
        longest = max(expected, self.quantile(task, NEARLY_ALL) or 0.0)
        return max(0.0, longest - elapsed) if elapsed < longest * MEASURED_TO else elapsed

    def names(self) -> tuple[str, ...]:
        """The names that are known, the one seen last at the end."""
        return tuple(self._tasks)

    def to_dict(self) -> dict[str, Any]:
        """For `from_dict`, as JSON can carry it; at most MOST_BYTES long."""
        kept: dict[str, Any] = {}
        left = MOST_BYTES
        for name, task in reversed(self._tasks.items()):
            told = task.to_dict()
            left -= len(json.dumps({name: told})) + 1
            if left < 0:
                break
            kept[name] = told
        tasks = [[name, kept[name]] for name in reversed(kept)]  # a list: JSON may be sorted
        return {"version": VERSION, "pool": self._pool.to_dict(), "tasks": tasks}

    @classmethod
    def from_dict(cls, told: Any) -> "Durations":
        """What `to_dict` told; of another version, or of what cannot be read, nothing."""
        durations = cls()
        if not isinstance(told, Mapping) or told.get("version") != VERSION:
            return durations
        durations._pool = Histogram.from_dict(told.get("pool"))
        listed = told.get("tasks")
        for entry in listed[-MOST_NAMES:] if isinstance(listed, list) else ():
            durations._take(entry)
        return durations

    def _take(self, entry: Any) -> None:
        match entry:
            case [str(name), dict(told)] if len(name) <= LONGEST_NAME:
                task = _Task.from_dict(told)
                if task.seconds.weight:
                    self._tasks[name] = task


def _is_positive(value: float) -> bool:
    return math.isfinite(value) and value > 0
