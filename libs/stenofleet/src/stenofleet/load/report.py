"""What became of the sessions of a load test, in figures."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

QUANTILES: Final = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}


@dataclass(frozen=True)
class Outcome:
    """One session.

    Attributes:
        sent: seconds from the beginning of the test until it was queued; None when it never was.
        ended: seconds from there until it was seen to be over.
        reason: why it failed; None when it did not.
        wait: seconds from queued to started, by the servers' clocks; None when unknown.
        run: seconds from started to done, by the same clocks; None when unknown.
    """

    sent: float | None
    ended: float
    reason: str | None
    wait: float | None
    run: float | None

    @property
    def is_good(self) -> bool:
        """Whether it was transcribed."""
        return self.reason is None


@dataclass(frozen=True)
class Report:
    """All of them."""

    outcomes: tuple[Outcome, ...]

    @property
    def good(self) -> tuple[Outcome, ...]:
        """Those that were transcribed."""
        return tuple(each for each in self.outcomes if each.is_good)

    @property
    def reasons(self) -> dict[str, int]:
        """How often each reason came, the most frequent first."""
        return dict(Counter(each.reason for each in self.outcomes if each.reason).most_common())

    @property
    def seconds(self) -> float:
        """From the first that was queued to the last that was done; 0 when none was."""
        sent = [each.sent for each in self.outcomes if each.sent is not None]
        ended = [each.ended for each in self.good]
        return max(ended) - min(sent) if sent and ended else 0.0

    @property
    def tasks_a_minute(self) -> float | None:
        """Of those that were done; None when there is none."""
        return 60 * len(self.good) / self.seconds if self.seconds > 0 else None

    def figures(self, of: Callable[[Outcome], float | None]) -> dict[str, float] | None:
        """The quantiles of what is known of those that were done; None when nothing is."""
        known = sorted(value for each in self.good if (value := of(each)) is not None)
        return {name: quantile(known, part) for name, part in QUANTILES.items()} if known else None

    def as_json(self) -> dict[str, Any]:
        """For programs; seconds everywhere."""
        return {
            "ok": len(self.good) == len(self.outcomes),
            "total": len(self.outcomes),
            "success": len(self.good),
            "failed": len(self.outcomes) - len(self.good),
            "reasons": self.reasons,
            "seconds": self.seconds,
            "tasks_a_minute": self.tasks_a_minute,
            "wait": self.figures(lambda each: each.wait),
            "run": self.figures(lambda each: each.run),
        }


def quantile(ordered: Sequence[float], part: float) -> float:
    """The nearest rank: the least of the values that as many as ``part`` do not exceed."""
    return ordered[max(ceil(part * len(ordered)), 1) - 1]
