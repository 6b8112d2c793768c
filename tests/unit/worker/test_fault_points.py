"""All points of the campaign are functions that are there; ordinary tests reach a few."""

import pkgutil
import sys
from types import ModuleType

import pytest
from support.fault_points import POINTS, Point


@pytest.mark.parametrize("point", POINTS.values(), ids=str)
def test_the_function_of_each_point_is_there(point: Point) -> None:
    assert callable(pkgutil.resolve_name(point.function))


def test_there_are_twenty_points() -> None:
    assert len(POINTS) == 20


@pytest.mark.parametrize(
    ("point", "told"),
    [
        (Point("before", "place:run", before=True, call=2), ["ran", "struck", "ran", "ran"]),
        (Point("after", "place:run", call=2), ["ran", "ran", "struck", "ran"]),
    ],
    ids=str,
)
def test_the_fault_comes_once_in_the_call_that_is_meant(
    monkeypatch: pytest.MonkeyPatch, point: Point, told: list[str]
) -> None:
    place, seen = ModuleType("place"), list[str]()
    place.run = lambda: seen.append("ran")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "place", place)

    point.install(lambda: seen.append("struck"))
    for _ in range(3):
        place.run()
    assert seen == told


def test_a_function_that_is_gone_is_an_error() -> None:
    with pytest.raises(AttributeError):
        Point("nowhere", "stenofleet.outbox:nothing").install(lambda: None)
