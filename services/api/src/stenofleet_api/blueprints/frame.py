"""Which part of a plan a picture shows, and where each place lies in it; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from stenofleet_api.blueprints.sight import Place

LONGEST: Final = 800.0
"""Of the picture's sides within the margin."""
MARGIN: Final = 40.0
SMALLEST: Final = 1e-6
"""Below it, what is shown counts as one place: its numbers would not scale."""


@dataclass(frozen=True)
class Frame:
    """A part of the plan, scaled to a picture."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def around(cls, places: Sequence[Place], seen: Iterable[Place] = ()) -> "Frame":
        """Shows all places, and what is seen from them as far as they themselves reach again.

        A camera that sees for miles would else make the stores a dot.
        """
        if not places:
            return cls(0, 0, 1, 1)
        close = cls._bounds(places)
        reach = close.side
        if reach <= SMALLEST:
            return cls._bounds([*places, *seen])
        within = [
            (
                min(max(x, close.left - reach), close.left + close.width + reach),
                min(max(y, close.top - reach), close.top + close.height + reach),
            )
            for x, y in seen
        ]
        return cls._bounds([*places, *within])

    @classmethod
    def _bounds(cls, places: Sequence[Place]) -> "Frame":
        xs, ys = zip(*places, strict=True)
        return cls(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))

    @property
    def side(self) -> float:
        """The longer one, in the plan's unit."""
        return max(self.width, self.height)

    @property
    def scale(self) -> float:
        """Of the picture's unit to the plan's."""
        return LONGEST / self.side if self.side > SMALLEST else 1.0

    @property
    def size(self) -> Place:
        """The picture's width and height."""
        return self.width * self.scale + 2 * MARGIN, self.height * self.scale + 2 * MARGIN

    def place(self, place: Place) -> Place:
        """Where a place of the plan lies in the picture."""
        x, y = place
        return (x - self.left) * self.scale + MARGIN, (y - self.top) * self.scale + MARGIN
