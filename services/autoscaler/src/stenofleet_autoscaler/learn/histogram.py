"""Positive figures, of which the recent ones count more: their mean and their quantiles.

A histogram on a log scale whose weights decay, as the Vertical Pod Autoscaler keeps them
(``DecayingHistogram`` in kubernetes/autoscaler). Old weights are not made smaller: the new ones
are made larger (Cormode, Shkapenyuk, Srivastava, Xu: Forward Decay, ICDE 2009).
"""

import math
from collections.abc import Mapping
from typing import Any

RATIO = 1.2
"""Each bin's upper end over its lower: a quantile is off by 10 % at most."""

SMALLEST, LARGEST = 1e-6, 1e7
"""Figures beyond are taken as these (in seconds: a microsecond, and 16 weeks)."""

HALF_LIFE_COUNT = 50.0
"""Figures after which an old one counts half: a busy task's new ways are learned in minutes."""

HALF_LIFE_SECONDS = 86_400.0
"""Seconds after which an old figure counts half: a task's first run today outweighs last week's."""

FAR = 10.0
"""A figure above so many times the largest known counts as that many times: a worker's clock that
jumped does not spoil the mean, and a task that did become slower is learned after a few runs."""

FAR_NEEDS = 5.0
"""Weight that has to be known before a figure is called far."""

MOST_BINS = 24
"""Bins that are remembered over a restart, the heaviest."""

_LIMIT, _NOTHING, _ONE_HALF = 1e9, 1e-12, 0.5


class Histogram:
    """Figures with a weight that halves by count and by time."""

    def __init__(self) -> None:
        self._bins: dict[int, float] = {}
        self._sum = 0.0
        self._squares = 0.0
        self._unit = 1.0
        self._at: float | None = None

    @property
    def weight(self) -> float:
        """How many recent figures stand behind it; at most some 73."""
        return sum(self._bins.values()) / self._unit

    def add(self, value: float, at: float) -> None:
        """Takes a figure in that came `at` (seconds since the epoch); no number is left out."""
        if not (math.isfinite(value) and math.isfinite(at) and value >= 0):
            return
        self._pass_on(at)
        value = self._tamed(min(max(value, SMALLEST), LARGEST))
        index = _index(value)
        self._bins[index] = self._bins.get(index, 0.0) + self._unit
        self._sum += value * self._unit
        self._squares += value * value * self._unit

    def mean(self) -> float | None:
        """The decayed mean; None when nothing came."""
        return self._sum / sum(self._bins.values()) if self._bins else None

    def variation(self) -> float | None:
        """The variance over the squared mean; None when nothing came."""
        mean = self.mean()
        if mean is None:
            return None
        return max(0.0, self._squares / sum(self._bins.values()) / mean**2 - 1.0)

    def quantile(self, q: float) -> float | None:
        """The value below which a share of `q` lies (0 to 1); None when nothing came."""
        if not self._bins:
            return None
        left = min(max(q, 0.0), 1.0) * sum(self._bins.values())
        for index in sorted(self._bins):
            left -= self._bins[index]
            if left <= 0:
                return _middle(index)
        return _middle(max(self._bins))

    def to_dict(self) -> dict[str, Any]:
        """For `from_dict`, as JSON can carry it; at most MOST_BINS bins."""
        heaviest = sorted(self._bins.items(), key=lambda item: -item[1])[:MOST_BINS]
        bins = [[index, round(weight / self._unit, 3)] for index, weight in sorted(heaviest)]
        kept = {"mean": _rounded(self.mean()), "variation": _rounded(self.variation())}
        return {"bins": bins, **kept, "at": round(self._at or 0.0)}

    @classmethod
    def from_dict(cls, told: Any) -> "Histogram":
        """What `to_dict` told; what cannot be read is an empty one."""
        histogram = cls()
        try:
            histogram._take(told)
        except (KeyError, TypeError, ValueError, OverflowError):
            return cls()
        return histogram

    def _take(self, told: Mapping[str, Any]) -> None:
        for index, weight in told["bins"]:
            number = _checked(float(weight), 0.0, 1e6)
            self._bins[int(_checked(index, _index(SMALLEST), _index(LARGEST)))] = number
        self._bins = {index: weight for index, weight in self._bins.items() if weight > 0}
        if self._bins:
            mean, weight = _checked(float(told["mean"]), SMALLEST, LARGEST), self.weight
            variation = _checked(float(told.get("variation") or 0.0), 0.0, 1e9)
            self._sum, self._squares = mean * weight, mean**2 * (1.0 + variation) * weight
        self._at = _checked(float(told["at"]), 0.0, 1e12)

    def _pass_on(self, at: float) -> None:
        """Lets time and one figure pass: what comes next weighs more than what came before."""
        passed = max(0.0, at - self._at) if self._at is not None else 0.0
        self._at = max(at, self._at or at)
        halves = min(1 / HALF_LIFE_COUNT + passed / HALF_LIFE_SECONDS, 20.0)
        self._unit *= 2.0**halves
        if self._unit > _LIMIT:
            self._scale_down()

    def _scale_down(self) -> None:
        kept = {index: weight / self._unit for index, weight in self._bins.items()}
        self._bins = {index: weight for index, weight in kept.items() if weight > _NOTHING}
        self._sum, self._squares = self._sum / self._unit, self._squares / self._unit
        self._unit = 1.0

    def _tamed(self, value: float) -> float:
        """The value, or the furthest that one run may lead."""
        if self.weight < FAR_NEEDS:
            return value
        known = [index for index, weight in self._bins.items() if weight / self._unit > _ONE_HALF]
        return min(value, FAR * _middle(max(known or self._bins)))


def _index(value: float) -> int:
    return math.floor(math.log(value) / math.log(RATIO))


def _middle(index: int) -> float:
    """The geometric middle of a bin."""
    return float(RATIO ** (index + 0.5))


def _checked(value: float, least: float, most: float) -> float:
    if not least <= value <= most:
        raise ValueError(f"expected {least} to {most}, got {value}")
    return value


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
