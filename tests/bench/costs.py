"""What hearing recordings took, several times over."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of all processors together."""

    wall: float
    processor: float


def speed(costs: Sequence[Cost], recorded: float) -> str:
    """Seconds of recording for each second, in the middle of all rounds.

    >>> speed([Cost(10.0, 8.0), Cost(12.0, 8.0), Cost(50.0, 9.0)], 120.0)
    '10.00x real time (12.0 s, 8.0 s of processors; 10.0 to 50.0 s)'
    """
    walls = [each.wall for each in costs]
    wall, processor = statistics.median(walls), statistics.median(each.processor for each in costs)
    return (
        f"{recorded / wall:.2f}x real time ({wall:.1f} s, {processor:.1f} s of processors; "
        f"{min(walls):.1f} to {max(walls):.1f} s)"
    )


def more(costs: Sequence[Cost], than: Sequence[Cost]) -> str:
    """How much more was taken than beside it in the same round, in the middle of all rounds.

    >>> more([Cost(11.0, 8.4)], [Cost(10.0, 8.0)])
    '+10.0% of the time, +5.0% of processors'
    """
    pairs = list(zip(costs, than, strict=True))
    wall = statistics.median(a.wall / b.wall - 1 for a, b in pairs)
    processor = statistics.median(a.processor / b.processor - 1 for a, b in pairs)
    return f"{wall:+.1%} of the time, {processor:+.1%} of processors"
