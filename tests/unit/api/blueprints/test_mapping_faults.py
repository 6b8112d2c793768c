"""What a mapping must be, and how its faults are told."""

import math
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError
from stenofleet_api.blueprints.fields import MOST_POINTS
from stenofleet_api.blueprints.mapping import EXAMPLE, MOST, Mapping
from support.plans import MAPPING, mapping, mappings

STORE = MAPPING["stores"]["s1"]
CAMERA = MAPPING["cameras"]["c1"]
SINGULAR = [[1, 2, 3], [2, 4, 6], [0, 0, 1]]
LONG = [[math.cos(at), math.sin(at)] for at in range(MOST_POINTS + 2)]

FAULTS: list[tuple[tuple[str | int, ...], Any, str, str]] = [
    (("stores",), [], "stores", "valid dictionary"),
    (("cameras",), None, "cameras", "valid dictionary"),
    (("calibration",), {}, "calibration.store_matrices", "Field required"),
    (("stores", "s1"), [], "stores.s1", "dictionary"),
    (("stores", "s1", "name"), "", "stores.s1.name", "at least 1 character"),
    (("stores", "s1", "name"), "a\x00b", "stores.s1.name", "control characters"),
    (("stores", "s1", "name"), "a\nb", "stores.s1.name", "one line"),
    (("stores", "s1", "name"), "\ud800", "stores.s1.name", ""),
    (("stores", "s1", "name"), "x" * 301, "stores.s1.name", "at most 300"),
    (("stores", "s1", "is_mapped"), "yes", "stores.s1.is_mapped", "boolean"),
    (("stores", "s1", "colour"), "red", "stores.s1.colour", "not permitted"),
    (("stores", "s1", "polygon"), {}, "stores.s1.polygon", "valid list"),
    (("stores", "s1", "polygon"), [[0, 0], [1, 1]], "stores.s1.polygon", "at least 3 points"),
    (
        ("stores", "s1", "polygon"),
        [[0, 0], [1, 1], [0, 0]],
        "stores.s1.polygon",
        "at least 3 points",
    ),
    (("stores", "s1", "polygon"), LONG, "stores.s1.polygon", f"at most {MOST_POINTS + 1}"),
    (("stores", "s1", "polygon", 1), [6], "stores.s1.polygon.1", "at least 2 items"),
    (("stores", "s1", "polygon", 2), [6, 4, 1], "stores.s1.polygon.2", "at most 2 items"),
    (("stores", "s1", "polygon", 2, 0), math.nan, "stores.s1.polygon.2.0", "finite number"),
    (("stores", "s1", "polygon", 2, 0), math.inf, "stores.s1.polygon.2.0", "finite number"),
    (("stores", "s1", "polygon", 2, 0), 10**400, "stores.s1.polygon.2.0", "valid number"),
    (("stores", "s1", "polygon", 2, 0), 1e13, "stores.s1.polygon.2.0", "less than or equal"),
    (("stores", "s1", "polygon", 2, 0), "6", "stores.s1.polygon.2.0", "valid number"),
    (("stores", "s1", "polygon", 2, 0), True, "stores.s1.polygon.2.0", "valid number"),
    (
        ("stores", "s1", "polygon"),
        [[0, 0], [4, 4], [4, 0], [0, 4]],
        "stores.s1.polygon",
        "at (2 2)",
    ),
    (("cameras", "c1", "position"), [1], "cameras.c1.position", "at least 2 items"),
    (("cameras", "c1", "position"), [1, 2, 3, 4], "cameras.c1.position", "at most 3 items"),
    (("cameras", "c1", "orientation"), math.nan, "cameras.c1.orientation", "finite number"),
    (("cameras", "c1", "fov_angle"), 0, "cameras.c1.fov_angle", "greater than 0"),
    (("cameras", "c1", "fov_angle"), 360, "cameras.c1.fov_angle", "less than 360"),
    (("cameras", "c1", "fov_range"), -1, "cameras.c1.fov_range", "greater than 0"),
    (("calibration", "store_matrices", "s1"), [[1]], "calibration.store_matrices.s1.0", "3 items"),
    (("calibration", "store_matrices", "s1"), SINGULAR, "calibration.store_matrices.s1", "invert"),
    (
        ("calibration", "store_matrices", "s9"),
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        "calibration.store_matrices.s9",
        "the id of a store",
    ),
    (("stores", "a/b"), STORE, "stores.a/b.[key]", "without /"),
    (("stores", ".."), STORE, "stores....[key]", "without /"),
    (("stores", ""), STORE, "stores..[key]", "at least 1 character"),
    (("cameras", "c\x07"), CAMERA, "cameras.c\x07.[key]", "control characters"),
    (("cameras", " c"), CAMERA, "cameras. c.[key]", "space at its ends"),
]


def faults(data: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as refused:
        Mapping.model_validate(data)
    return [(".".join(map(str, each["loc"])), each["msg"]) for each in refused.value.errors()]


@pytest.mark.parametrize(("path", "value", "place", "words"), FAULTS)
def test_a_fault_names_its_place_and_what_was_expected(
    path: tuple[str | int, ...], value: Any, place: str, words: str
) -> None:
    ((found, told),) = faults(mapping(*path, to=value))

    assert found == place
    assert words in told


@pytest.mark.parametrize("data", [None, [], "text", 5])
def test_a_mapping_is_an_object(data: Any) -> None:
    (fault,) = faults(data)

    assert fault[0] == ""


@pytest.mark.parametrize("part", ["stores", "cameras"])
def test_too_many_entries_are_one_fault_however_wrong_they_are(part: str) -> None:
    wrong = {f"i{number}": "nonsense" for number in range(MOST + 1)}

    (fault,) = [each for each in faults(mapping(part, to=wrong)) if each[0] == part]

    assert f"at most {MOST} entries, not {MOST + 1}" in fault[1]


def test_an_outline_full_of_nonsense_is_one_fault() -> None:
    assert len(faults(mapping("stores", "s1", "polygon", to=["x"] * 400))) == 1


def test_each_fault_is_told() -> None:
    wrong = mapping("cameras", "c1", "fov_range", to=0)
    wrong["stores"]["s1"]["name"] = ""

    assert [place for place, _ in faults(wrong)] == ["stores.s1.name", "cameras.c1.fov_range"]


@given(mappings())
def test_what_was_stored_is_a_mapping_and_the_same_one(data: dict[str, Any]) -> None:
    stored = Mapping.model_validate(data).stored()

    assert stored == data
    assert Mapping.model_validate(stored).stored() == stored


def test_a_closed_outline_is_stored_open() -> None:
    outline = MAPPING["stores"]["s1"]["polygon"]
    closed = mapping("stores", "s1", "polygon", to=[*outline, outline[0]])

    assert Mapping.model_validate(closed).stored() == MAPPING


def test_the_documented_example_is_valid() -> None:
    assert Mapping.model_validate(EXAMPLE).stored() == EXAMPLE
