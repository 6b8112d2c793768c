"""Stores and cameras over the API."""

import pytest
from starlette.testclient import TestClient
from support.api import is_problem
from support.blueprints import CAMERAS, STORES, Planner
from support.plans import MAPPING, empty, mapping


@pytest.fixture
def planner(client: TestClient) -> Planner:
    return Planner(client)


def test_stores_and_cameras_are_read_one_by_one(client: TestClient, planner: Planner) -> None:
    data = mapping("stores", "Ben & Söhne #1", to=MAPPING["stores"]["s2"])
    planner.apply_mapping(data)

    store = client.get(f"{STORES}s1/").json()
    camera = client.get(f"{CAMERAS}c1/").json()

    assert store["matrix"] == MAPPING["calibration"]["store_matrices"]["s1"]
    assert store["polygon"] == MAPPING["stores"]["s1"]["polygon"]
    assert camera["position"] == [1, 1, 2.5]
    assert client.get(f"{STORES}Ben%20%26%20S%C3%B6hne%20%231/").json()["matrix"] is None


def test_stores_and_cameras_that_are_not_there_are_not_found(client: TestClient) -> None:
    is_problem(client.get(f"{STORES}s9/"), 404, "store-not-found", "s9")
    is_problem(client.get(f"{CAMERAS}c9/"), 404, "camera-not-found", "c9")
    is_problem(client.get(f"{STORES}%00/"), 422, "invalid-request", "path.store_id")


@pytest.mark.parametrize(("path", "part"), [(STORES, "stores"), (CAMERAS, "cameras")])
def test_a_cursor_leads_through_stores_and_cameras(
    client: TestClient, planner: Planner, path: str, part: str
) -> None:
    (one, *_) = MAPPING[part].values()
    names = ["a", "B", "c", "ö", "é"]
    planner.apply_mapping(empty() | {part: dict.fromkeys(names, one)})
    found: list[str] = []
    cursor: str | None = ""
    for _ in range(4):
        page = client.get(path, params={"limit": 2, "cursor": cursor}).json()
        assert page["total"] == 5
        found += [each.get("store_id", each.get("camera_id")) for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert cursor is None
    assert sorted(found) == sorted(names)
    is_problem(client.get(path, params={"cursor": "nonsense"}), 422, "invalid-request")
