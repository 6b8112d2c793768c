"""What slots take: pods, memory, processors, money."""

from dataclasses import dataclass
from math import ceil
from typing import Final

HOURS_A_MONTH: Final = 730.0
"""A year's 8,760 hours, by twelve."""


@dataclass(frozen=True)
class Pod:
    """A worker's pod.

    Attributes:
        slots: tasks at once.
        memory: GiB with no task.
        memory_a_slot: GiB more for each task at once.
        cores_a_slot: processors that a task keeps busy.
    """

    slots: int
    memory: float
    memory_a_slot: float
    cores_a_slot: float

    @property
    def cores(self) -> float:
        """Processors of a full pod."""
        return self.slots * self.cores_a_slot

    @property
    def gib(self) -> float:
        """Memory of a full pod, in GiB."""
        return self.memory + self.slots * self.memory_a_slot


@dataclass(frozen=True)
class Prices:
    """What an hour costs, in whatever currency: of a processor, and of a GiB of memory."""

    core_hour: float
    gib_hour: float

    def pod_hour(self, pod: Pod) -> float:
        """An hour of such a pod."""
        return pod.cores * self.core_hour + pod.gib * self.gib_hour


@dataclass(frozen=True)
class Fleet:
    """Pods enough for some slots."""

    pods: int
    pod: Pod

    @property
    def slots(self) -> int:
        """Tasks at once."""
        return self.pods * self.pod.slots

    @property
    def cores(self) -> float:
        """Processors."""
        return self.pods * self.pod.cores

    @property
    def gib(self) -> float:
        """Memory, in GiB."""
        return self.pods * self.pod.gib

    def month(self, prices: Prices, share: float = 1.0) -> float:
        """A month's cost when it runs for this share of the time (0 to 1)."""
        return self.pods * prices.pod_hour(self.pod) * HOURS_A_MONTH * share


def fleet(slots: int, pod: Pod) -> Fleet:
    """The fewest such pods with at least so many slots."""
    return Fleet(ceil(slots / pod.slots), pod)
