"""The types that mappings are made of; each fault says what was expected."""

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from stenofleet_api.blueprints.geometry import SIDE, is_invertible, opened, outline_fault

MOST_POINTS: Final = 500
"""Of an outline."""
LARGEST: Final = 1e12
"""Of any number, so that all that is computed from it stays finite."""
ROUND: Final = 360
"""Degrees."""

# PostgreSQL, UTF-8 or XML cannot hold these.
_LINE = re.compile("[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]*")
_TEXT = re.compile("[^\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]*")


def _one_line(text: str) -> str:
    if not _LINE.fullmatch(text):
        raise ValueError("expected one line without control characters")
    return text


def _storable(text: str) -> str:
    if not _TEXT.fullmatch(text):
        raise ValueError("expected text without control characters")
    return text


def _in_a_path(text: str) -> str:
    if "/" in text or text in {".", ".."} or text != text.strip():
        raise ValueError("expected an id without / and without space at its ends")
    return text


def at_most(most: int) -> BeforeValidator:
    """Counts an object's entries before each is judged: too many would be too many errors."""

    def counted(entries: Any) -> Any:
        if isinstance(entries, dict) and len(entries) > most:
            raise ValueError(f"expected at most {most} entries, not {len(entries)}")
        return entries

    return BeforeValidator(counted)


def _outline(points: list[list[float]]) -> list[list[float]]:
    found = opened(points)
    fault = outline_fault(found)
    if fault:
        raise ValueError(fault)
    return found


def _leads_back(matrix: list[list[float]]) -> list[list[float]]:
    if not is_invertible(matrix):
        raise ValueError("expected a matrix that can be inverted")
    return matrix


PlanId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_one_line),
    AfterValidator(_in_a_path),
]
"""Of a store or a camera; it stands in paths."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_one_line),
]
Label = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(_one_line)
]
"""A name that may be empty."""

Description = Annotated[str, StringConstraints(max_length=5000), AfterValidator(_storable)]

Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=LARGEST)]
Angle = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, lt=ROUND)]
"""Degrees."""

Outline = Annotated[
    list[Annotated[list[Number], Field(min_length=2, max_length=2)]],
    # The first fault of an outline is told, not hundreds; a closed one has a point more.
    Field(max_length=MOST_POINTS + 1, fail_fast=True),
    AfterValidator(_outline),
]
Position = Annotated[list[Number], Field(min_length=2, max_length=3)]
Matrix = Annotated[
    list[Annotated[list[Number], Field(min_length=SIDE, max_length=SIDE)]],
    Field(min_length=SIDE, max_length=SIDE, fail_fast=True),
    AfterValidator(_leads_back),
]
