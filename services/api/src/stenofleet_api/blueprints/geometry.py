"""What is wrong with an outline or a matrix; pure."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import shapely

Point: TypeAlias = Sequence[float]

FEWEST_POINTS = 3
SIDE = 3
"""Rows and columns of a homography."""


def opened(points: list[list[float]]) -> list[list[float]]:
    """The outline without its first point at the end, where a closed one repeats it."""
    return points[:-1] if len(points) > 1 and points[0] == points[-1] else points


def outline_fault(points: Sequence[Point]) -> str | None:
    """What an open outline must be and is not; None when it is a simple polygon."""
    if len(points) < FEWEST_POINTS:
        return f"expected at least {FEWEST_POINTS} points, besides a last that repeats the first"
    twin = next((at for at in range(len(points)) if points[at] == points[at - 1]), None)
    if twin is not None:
        return f"expected points that differ from the one before; point {twin} does not"
    outline = shapely.Polygon(points)
    if not outline.is_valid:
        at = shapely.is_valid_reason(outline).partition("[")[2].rstrip("]")
        return f"expected an outline that neither crosses nor touches itself; it does at ({at})"
    return None


def is_invertible(matrix: Sequence[Sequence[float]]) -> bool:
    """Whether a 3 x 3 matrix leads back, as far as doubles can tell."""
    return int(np.linalg.matrix_rank(np.array(matrix))) == SIDE
