"""Each owner has stores, cameras and blueprints of their own."""

import pytest
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.keys import Scope
from stenofleet.settings import ApiSettings, AuthMode
from support.api import is_problem
from support.blueprints import APPLICATIONS, BLUEPRINTS, CAMERAS, STORES, Planner
from support.keys import bearer, new_key
from support.plans import MAPPING, empty, other


@pytest.fixture
def settings(settings: ApiSettings) -> ApiSettings:
    return settings.model_copy(update={"auth_mode": AuthMode.KEYS})


@pytest.fixture
def ann(client: TestClient, database: sessionmaker[Session]) -> Planner:
    return of(client, database, "ann")


@pytest.fixture
def bob(client: TestClient, database: sessionmaker[Session]) -> Planner:
    return of(client, database, "bob")


def of(client: TestClient, database: sessionmaker[Session], owner: str) -> Planner:
    key = new_key(database, owner, Scope.BLUEPRINTS)
    return Planner(TestClient(client.app, headers=bearer(key), raise_server_exceptions=False))


def test_what_is_anothers_is_not_found(ann: Planner, bob: Planner) -> None:
    blueprint = ann.create()
    application = ann.apply(blueprint)["application_id"]

    for answer in (
        bob.get(blueprint),
        bob.get(blueprint, "versions/"),
        bob.get(blueprint, "versions/1/"),
        bob.get(blueprint, "preview.svg"),
        bob.put(blueprint, name="mine"),
        bob.delete(blueprint),
        bob.try_to_apply(blueprint),
    ):
        is_problem(answer, 404, "blueprint-not-found")
    for answer in (
        bob.try_to_undo(application),
        bob.client.get(f"{APPLICATIONS}{application}/"),
    ):
        is_problem(answer, 404, "application-not-found")
    is_problem(bob.client.get(f"{STORES}s1/"), 404, "store-not-found")
    is_problem(bob.client.get(f"{CAMERAS}c1/"), 404, "camera-not-found")
    for path in (BLUEPRINTS, APPLICATIONS, STORES, CAMERAS):
        assert bob.client.get(path).json()["total"] == 0
    assert ann.get(blueprint).json()["name"] == "Ground floor"
    assert ann.plan() == MAPPING


def test_applying_and_undoing_leave_others_alone(ann: Planner, bob: Planner) -> None:
    application = ann.apply_mapping(MAPPING)
    bob.apply_mapping(other())
    bob.apply_mapping(empty(), "replace")

    assert ann.plan() == MAPPING
    ann.undo(application)
    assert (ann.plan(), bob.plan()) == (empty(), empty())


def test_a_blueprint_of_what_is_there_has_only_the_owners(ann: Planner, bob: Planner) -> None:
    ann.apply_mapping(MAPPING)
    answer = bob.client.post(f"{BLUEPRINTS}create-from-current/", json={"name": "Mine"})

    assert answer.json()["mapping_data"] == empty()
