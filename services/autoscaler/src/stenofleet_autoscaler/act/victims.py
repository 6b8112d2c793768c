"""After a scale-down: whether the pods that went were those that were meant to."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

WATCHED_FOR = 30.0


@dataclass
class Victims:
    """The scale-down that is being watched, if one is."""

    clock: Callable[[], float] = time.monotonic
    _meant: set[str] = field(default_factory=set)
    _spared: set[str] = field(default_factory=set)
    _until: float = 0.0

    def expect(self, meant: Collection[str], present: Collection[str]) -> None:
        """Replicas fall now: `meant` should go, and the others that are present should stay."""
        self._meant |= set(meant)
        self._spared = set(present) - self._meant
        self._until = self.clock() + WATCHED_FOR

    def excuse(self, pod: str) -> None:
        """The pod goes for another reason."""
        self._spared.discard(pod)

    def wrong(self, present: Collection[str]) -> list[str]:
        """Pods that went instead of one that was meant; each is told once."""
        if not self._meant or self.clock() > self._until:
            self._meant, self._spared = set(), set()
            return []
        stayed = self._meant & set(present)
        gone = sorted(self._spared - set(present))[: len(stayed)]
        self._spared -= set(gone)
        self._meant = stayed
        return gone
