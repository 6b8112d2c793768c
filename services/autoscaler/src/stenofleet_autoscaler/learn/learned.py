"""All that was learned of one pool."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stenofleet_autoscaler.learn.boot import Boots
from stenofleet_autoscaler.learn.durations import Durations
from stenofleet_autoscaler.learn.knee import Knee
from stenofleet_autoscaler.learn.pace import Arrivals

VERSION = 1
MOST_TOLD = 20


@dataclass
class Learned:
    """Durations and boot times outlive a restart; the knee and the pace are learned anew.

    A knee is tried again after an hour anyway, and a pace of before a restart says nothing.
    """

    durations: Durations = field(default_factory=Durations)
    boots: Boots = field(default_factory=Boots)
    knee: Knee = field(default_factory=Knee)
    arrivals: Arrivals = field(default_factory=Arrivals)

    def to_dict(self) -> dict[str, Any]:
        """For `from_dict`, as JSON can carry it."""
        kept = {"durations": self.durations.to_dict(), "boots": self.boots.to_dict()}
        return {"version": VERSION, **kept}

    @classmethod
    def from_dict(cls, told: Any) -> "Learned":
        """What `to_dict` told; of another version, or of what cannot be read, nothing."""
        if not isinstance(told, Mapping) or told.get("version") != VERSION:
            return cls()
        durations = Durations.from_dict(told.get("durations"))
        return cls(durations, Boots.from_dict(told.get("boots")))

    def figures(self) -> dict[str, Any]:
        """For people: the names seen last with their seconds, and what a pod does."""
        last = self.durations.names()[-MOST_TOLD:]
        tasks = {
            name: {
                "expectedSeconds": self.durations.expected(name),
                "p95Seconds": self.durations.quantile(name, 0.95),
            }
            for name in reversed(last)
        }
        return {
            "meanSeconds": self.durations.mean(),
            "bootSeconds": self.boots.seconds(),
            "throughputBySlots": {str(k): v for k, v in self.knee.throughput().items()},
            "tasks": tasks,
        }
