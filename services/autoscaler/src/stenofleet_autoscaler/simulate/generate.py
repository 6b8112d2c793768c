"""Traces of the kinds that autoscalers meet."""

import math
import random
from collections.abc import Callable, Iterator

from stenofleet_autoscaler.simulate.trace import Task, Trace

HOUR = 3600.0
DAY = 24 * HOUR


def burst(seed: int) -> Trace:
    """Every ten minutes of an hour, 200 tasks of about 5 s within two seconds."""
    dice = _dice(seed)
    return _trace(
        Task(600.0 * turn + dice.uniform(0, 2), "mail.send", dice.uniform(4, 6))
        for turn in range(6)
        for _ in range(200)
    )


def diurnal(seed: int) -> Trace:
    """A day: from a task in a minute or two at night to one or two a second at noon, 10 s each."""
    dice = _dice(seed)

    def rate(at: float) -> float:
        return 0.01 + 1.2 * max(0.0, math.sin(math.pi * (at / HOUR - 6) / 12)) ** 2

    return _trace(
        Task(at, "report.render", dice.uniform(5, 15)) for at in _poisson(dice, rate, 1.21, DAY)
    )


def heavy_tail(seed: int) -> Trace:
    """Two hours, a task in four seconds, most of 2 s and few of minutes (Pareto, shape 1.3)."""
    dice = _dice(seed)
    return _trace(
        Task(at, "export.build", min(2.0 * dice.paretovariate(1.3), 600.0))
        for at in _poisson(dice, lambda _: 0.25, 0.25, 2 * HOUR)
    )


def poison(seed: int) -> Trace:
    """An hour of 5 s tasks, two in three seconds, and one of which its worker's container dies."""
    dice = _dice(seed)
    tasks = [
        Task(at, "image.resize", dice.uniform(3, 7))
        for at in _poisson(dice, lambda _: 0.66, 0.66, HOUR)
    ]
    return _trace(iter([*tasks, Task(600.0, "image.resize", 3.0, poison=True)]))


def outage(seed: int) -> Trace:
    """An hour of 20 s tasks, one in two seconds, and a broker that is away for two minutes."""
    dice = _dice(seed)
    tasks = [
        Task(at, "audio.cut", dice.uniform(15, 25))
        for at in _poisson(dice, lambda _: 0.5, 0.5, HOUR)
    ]
    return Trace(_trace(iter(tasks)).tasks, outages=((1200.0, 1320.0),))


KINDS: dict[str, Callable[[int], Trace]] = {
    "burst": burst,
    "diurnal": diurnal,
    "heavy-tail": heavy_tail,
    "poison": poison,
    "outage": outage,
}
"""Generators by the name under which the command line knows them."""


def _poisson(
    dice: random.Random, rate: Callable[[float], float], most: float, until: float
) -> Iterator[float]:
    """Times of a Poisson process by thinning (Lewis and Shedler 1979); `most` bounds the rate."""
    at = dice.expovariate(most)
    while at < until:
        if dice.random() * most < rate(at):
            yield at
        at += dice.expovariate(most)


def _trace(tasks: Iterator[Task]) -> Trace:
    return Trace(tuple(sorted(tasks, key=lambda task: task.at)))


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same trace for the same seed is the point
