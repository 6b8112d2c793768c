"""Blueprints changed, deleted and drawn, over the API."""

from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.db.models import Blueprint, BlueprintVersion
from support.api import is_problem
from support.blueprints import Planner
from support.plans import MAPPING, empty, mapping


@pytest.fixture
def planner(client: TestClient) -> Planner:
    return Planner(client)


def test_a_change_is_a_new_version_and_keeps_what_it_does_not_name(planner: Planner) -> None:
    blueprint = planner.create(description="old", camera_id="c7")
    data = mapping("cameras", to={})

    found = planner.put(blueprint, mapping_data=data).json()

    assert found["version"] == 2
    assert found["mapping_data"] == data
    assert (found["description"], found["camera_id"]) == ("old", "c7")
    assert planner.get(blueprint).json() == found


def test_a_change_that_changes_nothing_is_no_version(planner: Planner) -> None:
    blueprint = planner.create()
    before = planner.get(blueprint).json()
    outline = MAPPING["stores"]["s1"]["polygon"]
    same = mapping("stores", "s1", "polygon", to=[*outline, outline[0]])

    assert planner.put(blueprint, name="Ground floor", mapping_data=same).json() == before
    assert planner.put(blueprint).json() == before


def test_a_camera_id_can_be_removed(planner: Planner) -> None:
    blueprint = planner.create(camera_id="c7")

    assert planner.put(blueprint, camera_id=None).json()["camera_id"] is None


@pytest.mark.parametrize("field", ["name", "description", "mapping_data", "is_active"])
def test_other_fields_cannot_become_nothing(planner: Planner, field: str) -> None:
    answer = planner.put(planner.create(), **{field: None})

    is_problem(answer, 422, "invalid-request", f"body.{field}", "None")


def test_a_wrong_change_changes_nothing(planner: Planner) -> None:
    blueprint = planner.create()
    before = planner.get(blueprint).json()
    wrong = mapping("stores", "s1", "polygon", to=[[0, 0], [1, 1]])

    is_problem(planner.put(blueprint, name="x", mapping_data=wrong), 422, "invalid-request")
    assert planner.get(blueprint).json() == before


def test_versions_are_kept(planner: Planner) -> None:
    blueprint = planner.create()
    planner.put(blueprint, name="Two", mapping_data=empty())
    planner.put(blueprint, description="three")

    page = planner.get(blueprint, "versions/").json()

    assert [(each["version"], each["name"]) for each in page["items"]] == [
        (3, "Two"),
        (2, "Two"),
        (1, "Ground floor"),
    ]
    assert page["total"] == 3
    first = planner.get(blueprint, "versions/1/").json()
    assert (first["name"], first["mapping_data"]) == ("Ground floor", MAPPING)
    assert planner.get(blueprint, "versions/2/").json()["mapping_data"] == empty()
    one = planner.get(blueprint, "versions/?limit=1&offset=2").json()
    assert [each["version"] for each in one["items"]] == [1]


def test_a_version_that_never_was_is_not_found(planner: Planner) -> None:
    answer = planner.get(planner.create(), "versions/2/")

    is_problem(answer, 404, "blueprint-version-not-found", "2")


def test_a_deleted_blueprint_stays_readable_and_can_come_back(planner: Planner) -> None:
    blueprint = planner.create()

    assert [planner.delete(blueprint).status_code for _ in range(2)] == [204, 204]
    assert planner.get(blueprint).json()["is_active"] is False
    back = planner.put(blueprint, is_active=True).json()
    assert (back["is_active"], back["version"]) == (True, 1)


def test_versions_go_with_what_they_are_of(
    planner: Planner, database: sessionmaker[Session]
) -> None:
    planner.put(planner.create(), name="Two")

    with database.begin() as db:
        db.delete(db.scalars(select(Blueprint)).one())
    with database() as db:
        assert db.scalar(select(func.count()).select_from(BlueprintVersion)) == 0


def test_a_picture_shows_each_version_and_runs_nothing(planner: Planner) -> None:
    blueprint = planner.create(mapping("stores", "s1", "name", to="<script>alert(1)</script>"))
    planner.put(blueprint, mapping_data=empty())

    newest = planner.get(blueprint, "preview.svg")
    first = planner.get(blueprint, "preview.svg?version=1")

    assert first.headers["Content-Type"] == "image/svg+xml"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in first.headers["Content-Security-Policy"]
    assert "<script" not in first.text
    assert "&lt;script&gt;" in first.text
    assert len(list(ET.fromstring(first.text).iter("{http://www.w3.org/2000/svg}polygon"))) == 2  # noqa: S314 - our own picture
    assert "polygon" not in newest.text
    missing = planner.get(blueprint, "preview.svg?version=3")
    is_problem(missing, 404, "blueprint-version-not-found")
