"""What was applied, listed and undone over the API."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from support.api import is_problem
from support.blueprints import APPLICATIONS, Planner
from support.plans import MAPPING, empty, mapping, mappings, other

NOBODY = str(uuid.uuid4())


@pytest.fixture
def planner(client: TestClient) -> Planner:
    return Planner(client)


@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_undone_the_plan_is_what_it_was(planner: Planner, mode: str) -> None:
    planner.apply_mapping(MAPPING)
    application = planner.apply_mapping(other(), mode)

    told = planner.undo(application)

    assert planner.plan() == MAPPING
    assert told["application"]["application_id"] == application
    assert told["application"]["undone_at"] > told["application"]["created_at"]
    assert told["changes"]["stores"]["removed"] == ["s3"]


def test_only_the_newest_is_undone_and_one_after_another_all_are(planner: Planner) -> None:
    first = planner.apply_mapping(MAPPING)
    second = planner.apply_mapping(other())
    third = planner.apply_mapping(empty(), "replace")

    refused = planner.try_to_undo(first)

    is_problem(refused, 409, "applied-after", f"{third}, {second}")
    assert refused.json()["applications"] == [third, second]
    assert planner.plan() == empty()
    for application in (third, second, first):
        planner.undo(application)
    assert planner.plan() == empty()


def test_what_was_undone_is_not_undone_again(planner: Planner) -> None:
    application = planner.apply_mapping(MAPPING)
    planner.undo(application)
    planner.apply_mapping(other())

    is_problem(planner.try_to_undo(application), 409, "already-undone", application)
    assert planner.plan() == other()


def test_what_a_deleted_blueprint_did_can_be_undone(planner: Planner) -> None:
    blueprint = planner.create()
    application = planner.apply(blueprint)["application_id"]
    planner.delete(blueprint)

    planner.undo(application)

    assert planner.plan() == empty()


def test_what_was_applied_is_listed_newest_first(client: TestClient, planner: Planner) -> None:
    one, two = planner.create(), planner.create(other())
    first, second = (planner.apply(each)["application_id"] for each in (one, two))
    planner.undo(second)

    page = client.get(APPLICATIONS).json()

    assert [each["application_id"] for each in page["items"]] == [second, first]
    assert page["total"] == 2
    assert page["items"][0]["undone_at"]
    only = client.get(APPLICATIONS, params={"blueprint_id": one}).json()
    assert [each["application_id"] for each in only["items"]] == [first]
    assert client.get(f"{APPLICATIONS}{first}/").json() == only["items"][0]


def test_an_application_that_never_was_is_not_found(client: TestClient, planner: Planner) -> None:
    is_problem(planner.try_to_undo(NOBODY), 404, "application-not-found", NOBODY)
    is_problem(client.get(f"{APPLICATIONS}{NOBODY}/"), 404, "application-not-found")


def test_of_many_that_apply_at_once_each_is_undone_to_what_it_found(
    client: TestClient, planner: Planner
) -> None:
    blueprints = [
        planner.create(mapping("cameras", f"own{at}", to=MAPPING["cameras"]["c1"]))
        for at in range(8)
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(planner.apply, blueprints))

    applied = client.get(APPLICATIONS).json()["items"]
    assert len(planner.plan()["cameras"]) == 9
    for left, application in zip(range(8, 1, -1), applied, strict=False):
        planner.undo(application["application_id"])
        assert len(planner.plan()["cameras"]) == left
    planner.undo(applied[-1]["application_id"])
    assert planner.plan() == empty()


STEPS = st.lists(st.tuples(mappings(), st.sampled_from(["merge", "replace"])), max_size=4)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_undoing_walks_back_the_way_that_applying_came(
    planner: Planner, steps: list[tuple[dict[str, Any], str]]
) -> None:
    start = planner.plan()
    way = [start]
    applied = []
    for data, mode in steps:
        applied.append(planner.apply_mapping(data, mode))
        way.append(planner.plan())

    for application in reversed(applied):
        assert planner.plan() == way.pop()
        planner.undo(application)
    assert planner.plan() == start
