"""What is refused of blueprints, over the API."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient
from support.api import is_problem
from support.blueprints import BLUEPRINTS
from support.plans import MAPPING, empty, mapping


@pytest.mark.parametrize(
    ("path", "value", "field", "got"),
    [
        (("stores", "s1", "polygon", 1, 0), "6", "stores.s1.polygon.1.0", "'6'"),
        (("stores", "s1", "polygon"), [[0, 0], [2, 2], [2, 0], [0, 2]], "stores.s1.polygon", "[["),
        (("cameras", "c1", "fov_angle"), 361, "cameras.c1.fov_angle", "361"),
        (
            ("calibration", "store_matrices", "s9"),
            [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
            "calibration.store_matrices.s9",
            "'s9'",
        ),
    ],
)
def test_a_fault_in_the_mapping_is_told_with_its_place(
    client: TestClient, path: tuple[str, ...], value: Any, field: str, got: str
) -> None:
    body = {"name": "Floor", "mapping_data": mapping(*path, to=value)}
    answer = client.post(BLUEPRINTS, json=body)

    is_problem(answer, 422, "invalid-request", field)
    (error,) = answer.json()["errors"]
    assert error["field"] == f"body.mapping_data.{field}"
    assert error["expected"]
    assert error["got"].startswith(got)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400])
def test_numbers_that_are_not_finite_are_refused(client: TestClient, number: str) -> None:
    data = json.dumps(mapping("cameras", "c1", "orientation", to="#")).replace('"#"', number)
    answer = client.post(
        BLUEPRINTS,
        content=f'{{"name": "Floor", "mapping_data": {data}}}',
        headers={"Content-Type": "application/json"},
    )

    is_problem(answer, 422, "invalid-request", "body.mapping_data.cameras.c1.orientation")


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "\uffff"])
@pytest.mark.parametrize("field", ["name", "description", "camera_id"])
def test_text_that_cannot_be_kept_is_refused(client: TestClient, field: str, text: str) -> None:
    body = {"name": "Floor", "mapping_data": empty(), field: text}
    answer = client.post(
        BLUEPRINTS, content=json.dumps(body), headers={"Content-Type": "application/json"}
    )

    is_problem(answer, 422, "invalid-request", f"body.{field}")


def test_an_id_of_half_a_surrogate_pair_is_refused(client: TestClient) -> None:
    data = mapping("cameras", "\ud800", to=MAPPING["cameras"]["c1"])
    answer = client.post(
        BLUEPRINTS,
        content=json.dumps({"name": "Floor", "mapping_data": data}),
        headers={"Content-Type": "application/json"},
    )

    is_problem(answer, 422, "invalid-request", "body.mapping_data.cameras.", "'\\ud800'")


@pytest.mark.parametrize("lacking", ["stores", "cameras", "calibration"])
def test_a_mapping_needs_its_three_parts(client: TestClient, lacking: str) -> None:
    data = {key: part for key, part in MAPPING.items() if key != lacking}
    answer = client.post(BLUEPRINTS, json={"name": "Floor", "mapping_data": data})

    is_problem(answer, 422, "invalid-request", f"body.mapping_data.{lacking}", "got nothing")


def test_a_mapping_of_more_than_a_megabyte_is_refused(client: TestClient) -> None:
    body = {"name": "Floor", "description": "x" * 2**20, "mapping_data": empty()}

    is_problem(client.post(BLUEPRINTS, json=body), 413, "body-too-large")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=21", "offset=-1", "cursor=nonsense", "is_active=perhaps"]
)
def test_a_wrong_query_is_told(client: TestClient, query: str) -> None:
    answer = client.get(f"{BLUEPRINTS}?{query}")

    is_problem(answer, 422, "invalid-request", f"query.{query.partition('=')[0]}")
