"""Outlines and matrices."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_api.blueprints.geometry import is_invertible, opened, outline_fault
from support.plans import MATRICES, outlines


@given(outlines())
def test_an_outline_around_a_place_is_simple(points: list[list[float]]) -> None:
    assert outline_fault(points) is None


@given(outlines(), st.integers(0, 11), st.sampled_from([1, -1]))
def test_where_an_outline_begins_and_its_sense_of_turning_do_not_matter(
    points: list[list[float]], start: int, sense: int
) -> None:
    turned = points[start:] + points[:start]

    assert outline_fault(turned[::sense]) is None


@given(outlines())
def test_a_closed_outline_is_kept_open(points: list[list[float]]) -> None:
    assert opened([*points, points[0]]) == points
    assert opened(points) == points


@given(st.integers(4, 40), st.data())
def test_two_neighbours_exchanged_make_a_round_outline_cross_itself(
    corners: int, data: Any
) -> None:
    turn = 2 * math.pi / corners
    points = [[math.cos(at * turn), math.sin(at * turn)] for at in range(corners)]
    at = data.draw(st.integers(0, corners - 1))
    points[at - 1], points[at] = points[at], points[at - 1]

    fault = outline_fault(points)

    assert fault is not None
    assert "crosses" in fault


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([], "at least 3 points"),
        ([[0, 0], [1, 1]], "at least 3 points"),
        ([[0, 0], [1, 1], [1, 1], [0, 1]], "point 2 does not"),
        ([[0, 0], [4, 4], [4, 0], [0, 4]], "it does at (2 2)"),
        ([[0, 0], [1, 1], [2, 2]], "touches itself"),
        ([[0, 0], [4, 0], [2, 0], [2, 4]], "touches itself"),
        ([[0, 0], [2, 0], [2, 2], [0, 0], [-2, 0], [-2, -2]], "point 0 does not|at (0 0)"),
    ],
)
def test_what_is_wrong_with_an_outline_is_told(points: list[list[float]], words: str) -> None:
    fault = outline_fault(points)

    assert fault is not None
    assert any(each in fault for each in words.split("|")), fault


@given(MATRICES)
def test_a_scale_and_a_shift_lead_back(matrix: list[list[float]]) -> None:
    assert is_invertible(matrix)


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=3), st.floats(-10, 10))
def test_a_matrix_with_a_row_that_is_a_multiple_does_not_lead_back(
    row: list[float], factor: float
) -> None:
    assert not is_invertible([row, [factor * each for each in row], [0.0, 0.0, 1.0]])


def test_a_homography_of_a_camera_leads_back() -> None:
    assert is_invertible([[0.012, -0.003, -4.2], [0.001, 0.025, -9.1], [2e-6, 1.4e-4, 1.0]])
