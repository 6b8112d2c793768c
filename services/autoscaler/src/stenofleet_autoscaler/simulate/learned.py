"""What tasks took so far, as the operator learns it: means by task name and by announced work."""

from collections import deque
from dataclasses import dataclass

SHORTEST = 60.0
"""Seconds over which the pace is told, at least."""

RUNS = 5
"""Runs of a mean task over which it is told, at least."""


class Pace:
    """How fast tasks come, over ``max(60 s, 5 d)`` with d the mean duration, as the design says."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def rate(self, now: float, arrived: int, mean: float | None) -> float:
        """Tasks a second.

        Args:
            now: seconds.
            arrived: tasks that came since the beginning.
            mean: seconds that a task runs; None when nothing was learned.
        """
        window = max(SHORTEST, RUNS * (mean or 0.0))
        self._seen.append((now, arrived))
        while len(self._seen) > 1 and self._seen[1][0] <= now - window:
            self._seen.popleft()
        return (arrived - self._seen[0][1]) / window


@dataclass
class _Sum:
    seconds: float = 0.0
    work: float = 0.0
    count: int = 0


class Means:
    """Plain means, of what finished."""

    def __init__(self) -> None:
        self._by_name: dict[str, _Sum] = {}
        self._all = _Sum()

    def finished(self, task: str, seconds: float, work: float | None, at: float) -> None:  # noqa: ARG002 - plain means forget nothing
        """A task ended after `seconds`; `work` is what its header announced."""
        for total in (self._by_name.setdefault(task, _Sum()), self._all):
            total.seconds += seconds
            total.work += work or 0.0
            total.count += 1

    def expected(self, task: str, work: float | None) -> float | None:
        """Seconds that such a task will run; the pool's mean for an unknown name, else None."""
        known = self._by_name.get(task)
        if known is None:
            return self.mean()
        if work is not None and known.work:
            return known.seconds / known.work * work
        return known.seconds / known.count

    def mean(self) -> float | None:
        """Seconds of a task of any name; None before the first."""
        return self._all.seconds / self._all.count if self._all.count else None
