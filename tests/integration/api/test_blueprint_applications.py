"""Blueprints applied, over the API."""

import uuid
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.db.models import Store
from stenofleet_api.blueprints import mapping as limits
from stenofleet_api.deps import Context
from support.api import is_problem
from support.blueprints import APPLICATIONS, BLUEPRINTS, Planner
from support.plans import MAPPING, empty, other

NOBODY = str(uuid.uuid4())
NOTHING = {"added": [], "changed": [], "removed": [], "unchanged": 0}


@pytest.fixture
def planner(client: TestClient) -> Planner:
    return Planner(client)


def test_applied_to_nothing_the_plan_is_the_mapping(planner: Planner) -> None:
    blueprint = planner.create()

    told = planner.apply(blueprint)

    assert planner.plan() == MAPPING
    assert uuid.UUID(told.pop("application_id"))
    assert told == {
        "blueprint_id": blueprint,
        "version": 1,
        "mode": "merge",
        "dry_run": False,
        "changes": {
            "stores": {**NOTHING, "added": ["s1", "s2"]},
            "cameras": {**NOTHING, "added": ["c1"]},
        },
    }


def test_applying_needs_no_body(client: TestClient, planner: Planner) -> None:
    answer = client.post(f"{BLUEPRINTS}{planner.create()}/apply/")

    assert answer.json()["mode"] == "merge"
    assert planner.plan() == MAPPING


def test_merged_what_is_not_named_stays(planner: Planner) -> None:
    planner.apply_mapping(MAPPING)

    told = planner.apply(planner.create(other()))

    plan = planner.plan()
    assert plan["stores"] == MAPPING["stores"] | other()["stores"]
    assert plan["cameras"] == MAPPING["cameras"] | other()["cameras"]
    assert plan["calibration"] == MAPPING["calibration"]
    assert told["changes"] == {
        "stores": {
            "added": ["s3"],
            "changed": [{"id": "s1", "fields": ["name"]}],
            "removed": [],
            "unchanged": 1,
        },
        "cameras": {**NOTHING, "added": ["c2"], "unchanged": 1},
    }


def test_replaced_extras_are_removed(planner: Planner) -> None:
    planner.apply_mapping(MAPPING)

    told = planner.apply(planner.create(other()), mode="replace")

    assert planner.plan() == other()
    assert told["changes"] == {
        "stores": {
            "added": ["s3"],
            "changed": [{"id": "s1", "fields": ["name", "matrix"]}],
            "removed": ["s2"],
            "unchanged": 0,
        },
        "cameras": {**NOTHING, "added": ["c2"], "removed": ["c1"]},
    }


@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_a_dry_run_tells_what_would_change_and_changes_nothing(
    client: TestClient, planner: Planner, mode: str
) -> None:
    planner.apply_mapping(MAPPING)
    blueprint = planner.create(other())

    dry = planner.apply(blueprint, mode=mode, dry_run=True)

    assert planner.plan() == MAPPING
    assert client.get(APPLICATIONS).json()["total"] == 1
    assert (dry["application_id"], dry["dry_run"]) == (None, True)
    assert planner.apply(blueprint, mode=mode)["changes"] == dry["changes"]


def test_an_older_version_can_be_applied(planner: Planner) -> None:
    blueprint = planner.create()
    planner.put(blueprint, mapping_data=other())

    assert planner.apply(blueprint, version=1)["version"] == 1
    assert planner.plan() == MAPPING
    assert planner.apply(blueprint, mode="replace")["version"] == 2
    assert planner.plan() == other()
    missing = planner.try_to_apply(blueprint, version=3)
    is_problem(missing, 404, "blueprint-version-not-found", "3")


def test_only_an_active_blueprint_that_exists_is_applied(planner: Planner) -> None:
    blueprint = planner.create()
    planner.delete(blueprint)

    is_problem(planner.try_to_apply(blueprint), 400, "blueprint-inactive", blueprint)
    is_problem(planner.try_to_apply(NOBODY), 404, "blueprint-not-found", NOBODY)
    assert planner.plan() == empty()


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"mode": "overwrite"}, "mode"),
        ({"dry_run": "yes"}, "dry_run"),
        ({"version": 0}, "version"),
        ({"force": True}, "force"),
    ],
)
def test_a_wrong_wish_is_told(planner: Planner, wish: dict[str, Any], field: str) -> None:
    answer = planner.try_to_apply(planner.create(), **wish)

    is_problem(answer, 422, "invalid-request", f"body.{field}")
    assert planner.plan() == empty()


def test_applying_that_fails_half_way_changes_nothing(planner: Planner, context: Context) -> None:
    planner.apply_mapping(MAPPING)
    before = planner.plan()
    blueprint = planner.create(other())

    def fail(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("INSERT INTO camera"):
            raise OperationalError("the connection was lost", None, Exception())

    event.listen(context.engine, "before_cursor_execute", fail)
    answer = planner.try_to_apply(blueprint, mode="replace")
    event.remove(context.engine, "before_cursor_execute", fail)

    is_problem(answer, 503, "service-unavailable")
    assert planner.plan() == before


def test_a_plan_does_not_grow_without_a_bound(
    planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner.apply_mapping(MAPPING)
    monkeypatch.setattr("stenofleet_api.blueprints.application_service.MOST", 2)

    answer = planner.try_to_apply(planner.create(other()))

    is_problem(answer, 409, "plan-too-large", "at most 2 stores", "got 3")
    assert planner.plan() == MAPPING
    assert planner.apply(planner.create(other()), mode="replace")["application_id"]
    assert limits.MOST == 1000


def test_as_many_stores_as_there_may_be_are_written(
    planner: Planner, database: sessionmaker[Session]
) -> None:
    store = {**MAPPING["stores"]["s1"], "polygon": [[0, 0], [1, 0], [0, 1]]}
    data = empty() | {"stores": {f"s{number}": store for number in range(limits.MOST)}}

    planner.apply_mapping(data)

    with database() as db:
        assert len(db.scalars(select(Store.store_id)).all()) == limits.MOST


def test_a_store_without_a_matrix_has_null_there(
    planner: Planner, database: sessionmaker[Session]
) -> None:
    planner.apply_mapping(MAPPING)

    with database() as db:
        missing = db.scalars(text("SELECT store_id FROM store WHERE matrix IS NULL"))
        assert list(missing) == ["s2"]


def test_an_apply_that_comes_twice_is_done_once(client: TestClient, planner: Planner) -> None:
    path = f"{BLUEPRINTS}{planner.create()}/apply/"
    answers = [client.post(path, json={}, headers={"Idempotency-Key": "once"}) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert client.get(APPLICATIONS).json()["total"] == 1


def test_what_is_there_is_saved_as_a_blueprint(client: TestClient, planner: Planner) -> None:
    planner.apply_mapping(MAPPING)
    planner.apply_mapping(other())
    body = {"name": "As it is", "description": "before the move", "camera_id": "c1"}

    answer = client.post(f"{BLUEPRINTS}create-from-current/", json=body)

    assert answer.status_code == 201
    assert answer.json()["mapping_data"] == planner.plan()
    blueprint = answer.json()["blueprint_id"]
    again = planner.apply(blueprint, mode="replace", dry_run=True)["changes"]
    assert again["stores"] == {**NOTHING, "unchanged": 3}
    assert planner.get(blueprint, "versions/1/").json()["name"] == "As it is"


def test_a_blueprint_of_what_is_there_needs_a_name(client: TestClient) -> None:
    answer = client.post(f"{BLUEPRINTS}create-from-current/", json={"description": "x"})

    is_problem(answer, 422, "invalid-request", "body.name", "got nothing")
