"""Blueprints saved, read and listed over the API."""

import uuid

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.db.models import Blueprint
from support.api import is_problem
from support.blueprints import BLUEPRINTS, Planner
from support.plans import MAPPING, empty

NOBODY = str(uuid.uuid4())


@pytest.fixture
def planner(client: TestClient) -> Planner:
    return Planner(client)


def test_a_blueprint_is_saved_and_read(planner: Planner) -> None:
    blueprint = planner.create(name=" Floor ", description="new\ntill", camera_id="c7")

    found = planner.get(blueprint).json()

    assert uuid.UUID(found["blueprint_id"])
    assert found.pop("created_at") == found.pop("updated_at")
    assert found == {
        "blueprint_id": blueprint,
        "name": "Floor",
        "description": "new\ntill",
        "mapping_data": MAPPING,
        "camera_id": "c7",
        "is_active": True,
        "version": 1,
    }


def test_a_blueprint_needs_only_a_name_and_a_mapping(client: TestClient) -> None:
    answer = client.post(BLUEPRINTS, json={"name": "Floor", "mapping_data": empty()})

    assert answer.status_code == 201
    assert (answer.json()["description"], answer.json()["camera_id"]) == ("", None)


def test_a_post_that_comes_twice_saves_one(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    body = {"name": "Floor", "mapping_data": MAPPING}
    answers = [
        client.post(BLUEPRINTS, json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    with database() as db:
        assert db.scalar(select(func.count()).select_from(Blueprint)) == 1


def test_the_list_is_newest_first_and_filtered(client: TestClient, planner: Planner) -> None:
    one, two, three = (planner.create(name=name) for name in ("one", "two", "three"))
    planner.delete(two)

    def listed(query: str = "") -> tuple[list[str], int]:
        page = client.get(f"{BLUEPRINTS}{query}").json()
        return [each["blueprint_id"] for each in page["items"]], page["total"]

    assert listed() == ([three, two, one], 3)
    assert listed("?is_active=true") == ([three, one], 2)
    assert listed("?is_active=false") == ([two], 1)
    assert listed("?limit=1&offset=1") == ([two], 3)


def test_a_cursor_leads_through_the_list(client: TestClient, planner: Planner) -> None:
    made = [planner.create() for _ in range(5)]
    found: list[str] = []
    cursor: str | None = ""
    for _ in range(4):
        page = client.get(BLUEPRINTS, params={"limit": 2, "cursor": cursor}).json()
        found += [each["blueprint_id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert cursor is None
    assert found == made[::-1]


def test_what_is_not_there_is_not_found(client: TestClient, planner: Planner) -> None:
    for what in ("", "versions/", "versions/1/", "preview.svg"):
        is_problem(planner.get(NOBODY, what), 404, "blueprint-not-found", NOBODY)
    is_problem(planner.put(NOBODY, name="x"), 404, "blueprint-not-found")
    is_problem(planner.delete(NOBODY), 404, "blueprint-not-found")
    is_problem(client.get(f"{BLUEPRINTS}nonsense/"), 422, "invalid-request", "nonsense")
