"""Where more concurrency in a pod brings no more throughput, as with engines bound by the CPU.

Levels of concurrency are compared by the tasks X that saturated pods started in a second. The knee
is the smallest level L above which nothing is known to bring more, and one level M is known to
bring next to nothing of what linear throughput would, of which at most a doubling is asked:

    gain(L, M) = (X(M) / X(L) - 1) / min(1, (M - L) / L) < FLAT

1 when throughput is linear, 0 when it stands still. Counts are taken as Poisson's, so that
ln(X(M) / X(L)) has the standard error sqrt(1 / n(L) + 1 / n(M)).
"""

import math
from dataclasses import dataclass

FLAT = 0.1
"""Slots that bring less than this share of linear throughput are not worth having."""

BEND = 0.5
"""And it must be out of the question that they bring this share."""

SURE, KEPT = 3.0, 1.0
"""Standard errors by which BEND must be out of the question for a knee to be found, and for one to
stay: between the two nothing flaps."""

HALF_LIFE = 1_200.0
"""Seconds after which what was seen counts half."""

PROBE_AFTER = 3_600.0
"""Seconds after which a level that was not seen is forgotten: the levels above the knee are then
tried again, since the work or the node may have changed."""

MOST_LEVELS = 256


@dataclass
class _Level:
    started: float = 0.0
    seconds: float = 0.0
    at: float = 0.0

    def add(self, seconds: float, started: float, at: float) -> None:
        """Takes a look in, and lets what was before count less."""
        kept = _kept(at - self.at)
        self.started = self.started * kept + started
        self.seconds = self.seconds * kept + seconds
        self.at = max(at, self.at)

    def count(self, now: float) -> float:
        """Tasks that stand behind it."""
        return self.started * _kept(now - self.at)


class Knee:
    """A pool's throughput by the concurrency of its pods."""

    def __init__(self) -> None:
        self._levels: dict[int, _Level] = {}
        self._known: int | None = None

    def saw(self, slots: int, seconds: float, started: float, at: float) -> None:
        """Takes in one pod between two looks; only while all its slots were busy.

        Args:
            slots: its concurrency, the same at both looks.
            seconds: between them.
            started: tasks that it started, or, better where they differ, their expected seconds
                over the pool's mean.
            at: now, in seconds of any clock that does not go back.
        """
        values = (seconds, started, at)
        if slots < 1 or not all(math.isfinite(value) for value in values):
            return
        if seconds <= 0 or started < 0:
            return
        self._levels.setdefault(slots, _Level(at=at)).add(seconds, started, at)
        self._forget(at)

    def useful(self, minimum: int, maximum: int, now: float) -> int | None:
        """The most concurrency that is of use, from `minimum` on; None when `maximum` may be."""
        self._forget(now)
        levels = sorted(level for level in self._levels if level <= maximum)
        found = next((level for level in levels if self._is_knee(level, levels, now)), None)
        self._known = found
        if found is None or max(found, minimum) >= maximum:
            return None
        return max(found, minimum)

    def throughput(self) -> dict[int, float]:
        """Tasks a second of a saturated pod, by its concurrency."""
        return {slots: each.started / each.seconds for slots, each in sorted(self._levels.items())}

    def _is_knee(self, low: int, levels: list[int], now: float) -> bool:
        """Whether a level above brings nothing for certain, and none seems to bring something."""
        above = [high for high in levels if high > low]
        known = self._known == low
        gains = [self._gain(low, high) for high in above]
        flat = BEND if known else FLAT
        return all(gain < flat for gain in gains) and any(
            self._is_flat(low, high, now, KEPT if known else SURE) for high in above
        )

    def _gain(self, low: int, high: int) -> float:
        at_low, at_high = self._levels[low], self._levels[high]
        if not at_low.started:
            return 1.0
        ratio = at_high.started / at_high.seconds / (at_low.started / at_low.seconds)
        return (ratio - 1) / _linear(low, high)

    def _is_flat(self, low: int, high: int, now: float, errors: float) -> bool:
        """Whether a gain of BEND is out of the question by so many standard errors."""
        counts = [self._levels[level].count(now) for level in (low, high)]
        if min(counts) < 1:
            return False
        error = errors * math.sqrt(sum(1 / count for count in counts))
        most = math.exp(error) * (1 + self._gain(low, high) * _linear(low, high))
        return most < 1 + BEND * _linear(low, high)

    def _forget(self, now: float) -> None:
        kept = {s: each for s, each in self._levels.items() if now - each.at < PROBE_AFTER}
        newest = sorted(kept, key=lambda slots: kept[slots].at)[-MOST_LEVELS:]
        self._levels = {slots: kept[slots] for slots in newest}


def _linear(low: int, high: int) -> float:
    """What linear throughput would gain, of which at most a doubling is asked."""
    return min(1.0, (high - low) / low)


def _kept(passed: float) -> float:
    """How much what is so old still counts."""
    return float(0.5 ** (max(0.0, passed) / HALF_LIFE))
