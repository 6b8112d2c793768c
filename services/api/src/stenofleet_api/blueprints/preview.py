"""Draws a mapping as SVG: stores, cameras and what they see. No script, no style, no link."""

from collections.abc import Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

import shapely

from stenofleet_api.blueprints.frame import Frame
from stenofleet_api.blueprints.sight import Place, Sight

_SVG: Final = "http://www.w3.org/2000/svg"
_STORE = {"fill": "#dbe9f6", "stroke": "#2b5d8a", "stroke-width": "2", "stroke-linejoin": "round"}
_SIGHT = {"fill": "#f2a33a", "fill-opacity": "0.25", "stroke": "#b36b00", "stroke-width": "1"}
_CAMERA = {"r": "6", "fill": "#b36b00"}
_TEXT = {"font-family": "sans-serif", "font-size": "14", "fill": "#1d2b38"}
_NOT_MAPPED = {"stroke-dasharray": "8 5"}


def draw(mapping: Mapping[str, Any], title: str) -> bytes:
    """A picture of a mapping in its stored form; whatever text it bears is escaped."""
    sights = {key: Sight.of(camera) for key, camera in mapping["cameras"].items()}
    frame = _frame(mapping, list(sights.values()))
    picture = _picture(frame, title)
    for store_id, store in mapping["stores"].items():
        _draw_store(picture, frame, store_id, store)
    for camera_id, sight in sights.items():
        _draw_camera(picture, frame, camera_id, sight)
    return bytes(tostring(picture, encoding="utf-8", xml_declaration=True))


def _frame(mapping: Mapping[str, Any], sights: list[Sight]) -> Frame:
    corners = [(x, y) for store in mapping["stores"].values() for x, y in store["polygon"]]
    seen = (place for sight in sights for place in sight.arc())
    return Frame.around([*corners, *(sight.camera for sight in sights)], seen)


def _picture(frame: Frame, title: str) -> Element:
    width, height = frame.size
    picture = Element("svg", {"xmlns": _SVG, "viewBox": f"0 0 {_n(width)} {_n(height)}"})
    picture.set("role", "img")
    SubElement(picture, "title").text = title
    SubElement(picture, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    return picture


def _draw_store(picture: Element, frame: Frame, store_id: str, store: Mapping[str, Any]) -> None:
    group = _group(picture, " · ".join(filter(None, (store_id, store["name"], store["category"]))))
    corners = [frame.place((x, y)) for x, y in store["polygon"]]
    outline = {"points": " ".join(f"{_n(x)},{_n(y)}" for x, y in corners)}
    SubElement(group, "polygon", outline | _STORE | ({} if store["is_mapped"] else _NOT_MAPPED))
    _draw_text(
        group, frame.place(_inside(store["polygon"])), store["name"], {"text-anchor": "middle"}
    )


def _draw_camera(picture: Element, frame: Frame, camera_id: str, sight: Sight) -> None:
    group = _group(picture, camera_id)
    x, y = frame.place(sight.camera)
    SubElement(group, "path", {"d": _sector(frame, sight)} | _SIGHT)
    SubElement(group, "circle", {"cx": _n(x), "cy": _n(y)} | _CAMERA)
    _draw_text(group, (x + 10, y - 10), camera_id, {})


def _group(picture: Element, title: str) -> Element:
    group = SubElement(picture, "g")
    SubElement(group, "title").text = title
    return group


def _draw_text(group: Element, at: Place, words: str, more: Mapping[str, str]) -> None:
    place = {"x": _n(at[0]), "y": _n(at[1])}
    SubElement(group, "text", place | _TEXT | dict(more)).text = words


def _sector(frame: Frame, sight: Sight) -> str:
    (x, y), (x1, y1), (x2, y2) = map(frame.place, (sight.camera, *sight.ends))
    radius = _n(sight.range * frame.scale)
    arc = f"A{radius} {radius} 0 {int(sight.is_large)} 1 {_n(x2)} {_n(y2)}"
    return f"M{_n(x)} {_n(y)} L{_n(x1)} {_n(y1)} {arc} Z"


def _inside(outline: list[list[float]]) -> Place:
    """A place in an outline, whatever its shape; a corner where doubles leave no room inside."""
    found = shapely.Polygon(outline).representative_point()
    x, y = outline[0] if found.is_empty else (found.x, found.y)
    return x, y


def _n(number: float) -> str:
    return f"{number:.2f}"
