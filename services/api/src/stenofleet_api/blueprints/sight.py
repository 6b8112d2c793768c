"""What a camera sees on the plan; pure."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Place: TypeAlias = tuple[float, float]

_STEPS = 36
"""Of an arc, where a few of its points stand for all."""
HALF_TURN = 180
"""Degrees."""


@dataclass(frozen=True)
class Sight:
    """A sector around a camera: y grows downwards, angles from the x axis towards it."""

    camera: Place
    orientation: float
    angle: float
    range: float

    @classmethod
    def of(cls, camera: Mapping[str, Any]) -> "Sight":
        """Of a camera of a mapping."""
        x, y = camera["position"][:2]
        return cls((x, y), camera["orientation"], camera["fov_angle"], camera["fov_range"])

    @property
    def ends(self) -> tuple[Place, Place]:
        """Where its arc begins and ends."""
        return self._at(-0.5), self._at(0.5)

    @property
    def is_large(self) -> bool:
        """Whether it is more than half a circle."""
        return self.angle > HALF_TURN

    def arc(self) -> Iterator[Place]:
        """Places along its arc."""
        return (self._at(step / _STEPS - 0.5) for step in range(_STEPS + 1))

    def _at(self, part: float) -> Place:
        turned = math.radians(self.orientation + part * self.angle)
        x, y = self.camera
        return x + self.range * math.cos(turned), y + self.range * math.sin(turned)
