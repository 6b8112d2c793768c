"""Pictures of blueprints."""

import math
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_api.blueprints.frame import LONGEST, MARGIN, Frame
from stenofleet_api.blueprints.preview import draw
from stenofleet_api.blueprints.sight import Sight
from support.plans import MAPPING, empty, mapping, mappings

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "title", "rect", "g", "polygon", "path", "circle", "text"}
PLACES = st.tuples(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))


def parsed(data: dict[str, Any], title: str = "Ground floor") -> ET.Element:
    return ET.fromstring(draw(data, title))  # noqa: S314 - our own picture


def box(picture: ET.Element) -> tuple[float, float]:
    left, top, width, height = map(float, picture.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    return width, height


def points(polygon: ET.Element) -> list[tuple[float, float]]:
    pairs = [each.split(",") for each in polygon.attrib["points"].split()]
    return [(float(x), float(y)) for x, y in pairs]


@given(mappings())
def test_each_store_and_camera_is_drawn_within_the_picture(data: dict[str, Any]) -> None:
    picture = parsed(data)
    width, height = box(picture)

    outlines = list(picture.iter(f"{SVG}polygon"))
    assert len(outlines) == len(data["stores"])
    assert len(list(picture.iter(f"{SVG}path"))) == len(data["cameras"])
    cameras = [
        (float(each.attrib["cx"]), float(each.attrib["cy"]))
        for each in picture.iter(f"{SVG}circle")
    ]
    assert len(cameras) == len(data["cameras"])
    for x, y in [*cameras, *(place for each in outlines for place in points(each))]:
        assert 0 <= x <= width
        assert 0 <= y <= height


@given(mappings(), st.sampled_from(["<script>alert(1)</script>", "a & b", "]]>", "plain"]))
def test_words_are_escaped_and_nothing_but_shapes_and_words_is_drawn(
    data: dict[str, Any], title: str
) -> None:
    picture = parsed(data, title)

    assert {each.tag.removeprefix(SVG) for each in picture.iter()} <= DRAWN
    assert not any(
        name.startswith(("on", "href")) for each in picture.iter() for name in each.attrib
    )
    assert picture.findtext(f"{SVG}title") == title
    shown = [each.text for each in picture.iter(f"{SVG}text")]
    names = [store["name"] for store in data["stores"].values()]
    assert shown == [*names, *data["cameras"]]


@given(st.lists(PLACES, max_size=6), st.lists(PLACES, max_size=6))
def test_a_picture_is_never_empty_nor_endless(
    places: list[tuple[float, float]], seen: list[tuple[float, float]]
) -> None:
    frame = Frame.around(places, seen)

    for side in frame.size:
        assert 2 * MARGIN <= side <= LONGEST + 2 * MARGIN + 0.01
    for place in places:
        assert all(math.isfinite(each) for each in frame.place(place))


@pytest.mark.parametrize(
    "outline",
    [
        [[0, 0], [1e-300, 0], [0, 1e-300]],
        [[0, 0], [1e12, 0], [0, 1e-12]],
        [[1e12, 1e12], [1e12 - 1, 1e12], [1e12, 1e12 - 1]],
    ],
)
def test_tiny_and_huge_outlines_are_drawn(outline: list[list[float]]) -> None:
    picture = parsed(mapping("stores", "s1", "polygon", to=outline))

    assert len(list(picture.iter(f"{SVG}polygon"))) == 2


def test_a_camera_that_sees_for_miles_does_not_make_the_stores_a_dot() -> None:
    picture = parsed(mapping("cameras", "c1", "fov_range", to=1e9))
    width, _ = box(picture)

    store, _ = picture.iter(f"{SVG}polygon")
    xs = [x for x, _ in points(store)]
    assert max(xs) - min(xs) > width / 10


def test_a_camera_alone_is_drawn_with_what_it_sees() -> None:
    data = empty() | {"cameras": MAPPING["cameras"]}
    width, height = box(parsed(data))

    assert min(width, height) > LONGEST / 2


def test_an_empty_mapping_is_an_empty_picture() -> None:
    picture = parsed(empty())

    assert {each.tag.removeprefix(SVG) for each in picture} == {"title", "rect"}
    assert box(picture) == (LONGEST + 2 * MARGIN, LONGEST + 2 * MARGIN)


def test_a_store_that_is_not_mapped_is_dashed() -> None:
    first, second = parsed(mapping()).iter(f"{SVG}polygon")

    assert "stroke-dasharray" not in first.attrib
    assert "stroke-dasharray" in second.attrib


@given(st.floats(-720, 720), st.floats(1, 359), st.floats(0.1, 1000))
def test_all_of_an_arc_is_as_far_away_as_the_camera_sees(
    orientation: float, angle: float, reach: float
) -> None:
    sight = Sight((3.0, -4.0), orientation, angle, reach)

    for place in [*sight.arc(), *sight.ends]:
        assert math.dist(place, sight.camera) == pytest.approx(reach)


def test_a_camera_looks_along_its_orientation() -> None:
    start, end = Sight((1.0, 1.0), 90, 90, 2).ends

    assert start == pytest.approx((1 + math.sqrt(2), 1 + math.sqrt(2)))
    assert end == pytest.approx((1 - math.sqrt(2), 1 + math.sqrt(2)))


@pytest.mark.parametrize(("angle", "flag"), [(70, "0 0 1"), (250, "0 1 1")])
def test_a_sector_takes_the_way_round_that_the_camera_sees(angle: float, flag: str) -> None:
    path = parsed(mapping("cameras", "c1", "fov_angle", to=angle)).find(f".//{SVG}path")

    assert path is not None
    assert f" {flag} " in path.attrib["d"]
