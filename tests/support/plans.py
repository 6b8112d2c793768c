"""Mappings for tests of blueprints, and strategies that make them."""

import copy
import math
from typing import Any

from hypothesis import strategies as st

MAPPING: dict[str, Any] = {
    "stores": {
        "s1": {
            "name": "Bakery",
            "category": "food",
            "polygon": [[0, 0], [6, 0], [6, 4], [0, 4]],
            "is_mapped": True,
        },
        "s2": {
            "name": "Books",
            "category": "",
            "polygon": [[10, 0], [16, 0], [13, 5]],
            "is_mapped": False,
        },
    },
    "cameras": {
        "c1": {"position": [1, 1, 2.5], "orientation": 30, "fov_angle": 70, "fov_range": 8}
    },
    "calibration": {"store_matrices": {"s1": [[2, 0, 1], [0, 2, 1], [0, 0, 1]]}},
}


def mapping(*path: str | int, to: Any = None) -> dict[str, Any]:
    """The example, with another value at a place."""
    found = copy.deepcopy(MAPPING)
    if path:
        part: Any = found
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = to
    return found


def empty() -> dict[str, Any]:
    return {"stores": {}, "cameras": {}, "calibration": {"store_matrices": {}}}


def other() -> dict[str, Any]:
    """A mapping that shares s1 with the example, has s3 and c2, and no matrix."""
    data = empty()
    data["stores"]["s1"] = {**MAPPING["stores"]["s1"], "name": "Brewery"}
    data["stores"]["s3"] = MAPPING["stores"]["s2"]
    data["cameras"]["c2"] = MAPPING["cameras"]["c1"]
    return data


def _star(corners: int, radii: list[float], x: float, y: float) -> list[list[float]]:
    """An outline around a place: simple, for its angles rise."""
    angles = [2 * math.pi * at / corners for at in range(corners)]
    return [
        [x + radius * math.cos(angle), y + radius * math.sin(angle)]
        for angle, radius in zip(angles, radii, strict=True)
    ]


COORDINATES = st.floats(-1000, 1000)
IDS = st.sampled_from(["a", "b", "c", "d", "e"])
NAMES = st.sampled_from(["Bakery", "Books", "<script>alert(1)</script>", "Tea & <b>", '"quoted"'])


@st.composite
def outlines(draw: st.DrawFn) -> list[list[float]]:
    """Open outlines of simple polygons."""
    corners = draw(st.integers(3, 12))
    radii = draw(st.lists(st.floats(1, 50), min_size=corners, max_size=corners))
    return _star(corners, radii, draw(COORDINATES), draw(COORDINATES))


STORES = st.fixed_dictionaries(
    {"name": NAMES, "category": NAMES, "polygon": outlines(), "is_mapped": st.booleans()}
)
CAMERAS = st.fixed_dictionaries(
    {
        "position": st.lists(COORDINATES, min_size=2, max_size=3),
        "orientation": st.floats(-360, 360),
        "fov_angle": st.floats(1, 359),
        "fov_range": st.floats(0.1, 1000),
    }
)
MATRICES = st.builds(
    lambda scale, x, y: [[scale, 0.0, x], [0.0, scale, y], [0.0, 0.0, 1.0]],
    st.floats(0.1, 10),
    COORDINATES,
    COORDINATES,
)


@st.composite
def mappings(draw: st.DrawFn) -> dict[str, Any]:
    """Valid mappings whose ids are few, so that two of them often share some."""
    stores = draw(st.dictionaries(IDS, STORES, max_size=4))
    calibrated = [each for each in stores if draw(st.booleans())]
    return {
        "stores": stores,
        "cameras": draw(st.dictionaries(IDS, CAMERAS, max_size=4)),
        "calibration": {"store_matrices": {each: draw(MATRICES) for each in calibrated}},
    }
