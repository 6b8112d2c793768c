"""Which sizes of a target our watch may still show after we changed it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

LAG = 10.0
"""Seconds that a watch may be behind our own writes."""


@dataclass
class OwnScales:
    """The sizes that one target had before we scaled it lately."""

    clock: Callable[[], float] = time.monotonic
    _before: dict[int, float] = field(default_factory=dict)

    def note(self, before: int) -> None:
        """We scale the target now, and it had this size."""
        self._before[before] = self.clock()

    def explain(self, replicas: int) -> bool:
        """Whether the watch may show this only because it is behind: then it is no person's."""
        at = self._before.get(replicas)
        return at is not None and self.clock() - at < LAG
