"""What a simulation measures."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Sample(NamedTuple):
    """The pool at one moment, for the chart: `at` and `wait` (of the oldest) in seconds."""

    at: float
    queued: int
    running: int
    slots: int
    pods: int
    wait: float


@dataclass
class Meter:
    """Sums up as time goes on.

    Attributes:
        step: seconds between two samples, at least.
        waits: seconds from each task's coming to its first start, by the order of starts.
        changes: when `replicas` was changed, and to what.
        pod_seconds: pods that exist, over time; those that end included.
        to_last_finish: the same until the last task ended.
        wasted: slots that are ready and run nothing, over time.
        cut: tasks that a deleted pod was killed with.
        crashed: tasks that were lost with a container that died by itself.
        resizes: changes of a pod's concurrency.
    """

    step: float = 0.5
    waits: list[float] = field(default_factory=list)
    changes: list[tuple[float, int]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    pod_seconds: float = 0.0
    to_last_finish: float = 0.0
    wasted: float = 0.0
    cut: int = 0
    crashed: int = 0
    resizes: int = 0
    finished: int = 0
    last_start: float = 0.0
    last_finish: float = 0.0

    def pass_time(self, seconds: float, pods: int, idle_slots: int) -> None:
        """Adds what held for the last `seconds`."""
        self.pod_seconds += seconds * pods
        self.wasted += seconds * idle_slots

    def started(self, at: float, wait: float | None) -> None:
        """A task began; `wait` is None when it began before already."""
        if wait is not None:
            self.waits.append(wait)
            self.last_start = at

    def ended(self, at: float) -> None:
        """A task ended well."""
        self.finished += 1
        self.last_finish = at
        self.to_last_finish = self.pod_seconds

    def is_due(self, until: float) -> bool:
        """Whether what holds until then should be kept: the last sample is old by then."""
        return not self.samples or until >= self.samples[-1].at + self.step
