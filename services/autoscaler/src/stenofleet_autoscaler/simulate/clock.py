"""Simulated time: what happens when."""

import heapq
import itertools
import math
from collections.abc import Callable
from typing import Any


class Clock:
    """Events in the order of their times, and of their booking where these are equal.

    Attributes:
        now: seconds since the beginning.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._numbers = itertools.count()

    @property
    def next_at(self) -> float:
        """When the next event is; infinite without any."""
        return self._events[0][0] if self._events else math.inf

    def at(self, when: float, what: Callable[[Any], None], about: Any = None) -> None:
        """Books an event: what is called, and with what."""
        heapq.heappush(self._events, (when, next(self._numbers), what, about))

    def pop(self) -> tuple[Callable[[Any], None], Any]:
        """The next event; the time is not moved."""
        _, _, what, about = heapq.heappop(self._events)
        return what, about
