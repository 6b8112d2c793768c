"""How many tasks come in a second, from what is queued and what was started."""

import itertools
import math
import statistics
from dataclasses import dataclass

MOST_SAMPLES = 240
"""Looks that are kept; the older half is thinned out, so that hours fit in."""

LONGEST = 6 * 3600.0
"""Seconds after which a look is forgotten."""

LONG = 60.0
"""Seconds over which a pace is told, at least; five run times where they are longer."""

STRETCHES, LEAST_STRETCH = 4, 4.0
"""Stretches of half a run time each, but of so many seconds at least: in each of them a pace that
keeps a slot busy brings a task, more often than not."""

MOST_GROUPS = 4
"""Groups in which waiting tasks are told by their age."""

LEAST_WATCHED = 5.0
"""Seconds of watching before a rate is told."""


@dataclass(frozen=True)
class _Look:
    at: float
    come: float


class Arrivals:
    """Arrivals of a pool's queues: what is queued more, and what was started."""

    def __init__(self) -> None:
        self._looks: list[_Look] = []
        self._started = 0.0
        self._told: float | None = None

    def saw(self, now: float, queued_total: float, started_total: float) -> None:
        """Takes one look in.

        Args:
            now: seconds of any clock that does not go back; an older look is left out.
            queued_total: tasks in the queues now.
            started_total: tasks started so far. It may begin anew (a worker restarted): what it
                fell by is no negative start.
        """
        if self._looks and now <= self._looks[-1].at:
            return
        if self._told is not None:
            self._started += max(0.0, started_total - self._told)
        self._told = started_total
        self._looks.append(_Look(now, queued_total + self._started))
        self._forget(now)

    def rate(self, window: float) -> float | None:
        """Tasks a second over the last `window` seconds, or what was watched of them.

        None before there was LEAST_WATCHED to watch; 0 when nothing came. A queue that somebody
        emptied is no negative arrival: over the window it is never below 0.
        """
        if not self._looks:
            return None
        last = self._looks[-1]
        first = self._at_or_before(last.at - window)
        passed = last.at - first.at
        if passed < LEAST_WATCHED:
            return None
        return max(0.0, last.come - first.come) / passed

    def pace(self, run_seconds: float) -> float | None:
        """Tasks a second that slots should be held for, given how long one runs.

        The median of the last STRETCHES, and no more than the rate of a while: tasks that come all
        at once are no pace, they are seen in the queue; and a pace that has ended is soon none.
        """
        length = max(LEAST_STRETCH, run_seconds / 2)
        long = self.rate(max(LONG, 5 * run_seconds))
        if long is None or self._looks[-1].at - self._looks[0].at < STRETCHES * length:
            return None
        last = self._looks[-1].at
        come = [self._at_or_before(last - n * length).come for n in range(STRETCHES + 1)]
        lately = statistics.median_low(max(0.0, b - a) for b, a in itertools.pairwise(come))
        return min(long, lately / length)

    def ages(self, queued: int) -> tuple[tuple[int, float], ...]:
        """How long the last `queued` tasks that came have waited, if they are those that wait.

        Counts and seconds, oldest first, in few groups; tasks that came before the first look are
        in none. Each counts from the look before the one that first showed it.
        """
        groups: list[tuple[int, float]] = []
        rest = queued
        for before, look in reversed(list(itertools.pairwise(self._looks))):
            come = min(rest, round(look.come - before.come))
            if come > 0:
                groups.append((come, self._looks[-1].at - before.at))
                rest -= come
            if rest <= 0:
                break
        return _few(groups[::-1])

    def _at_or_before(self, at: float) -> _Look:
        return next((look for look in reversed(self._looks) if look.at <= at), self._looks[0])

    def _forget(self, now: float) -> None:
        while self._looks[0].at < now - LONGEST:
            del self._looks[0]
        if len(self._looks) > MOST_SAMPLES:
            half = MOST_SAMPLES // 2
            self._looks = self._looks[:half:2] + self._looks[half:]


def _few(groups: list[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    """Neighbours together, each with the longest wait among them: MOST_GROUPS at most."""
    each = math.ceil(sum(count for count, _ in groups) / MOST_GROUPS)
    few: list[tuple[int, float]] = []
    for count, waited in groups:
        if few and few[-1][0] + count <= each:
            few[-1] = (few[-1][0] + count, few[-1][1])
        else:
            few.append((count, waited))
    return tuple(few)
