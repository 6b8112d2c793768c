"""Which pods take code, and where they are asked whether they serve."""

from typing import Any

import pytest
from stenofleet_deploy.dev.pods import Pod, read


def pod(**changes: Any) -> dict[str, Any]:
    """As the API server tells it."""
    container = {
        "name": "api",
        "ports": [{"name": "http", "containerPort": 8000}],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}},
    }
    item: dict[str, Any] = {
        "metadata": {
            "uid": "1",
            "name": "api-1",
            "annotations": {"stenofleet.io/code": "services/api"},
        },
        "spec": {"containers": [container]},
        "status": {"containerStatuses": [{"name": "api", "state": {"running": {}}}]},
    }
    for path, value in changes.items():
        part, _, key = path.partition("__")
        item[part][key] = value
    return item


def test_a_running_pod_with_code_that_may_change_takes_it() -> None:
    health = "http://127.0.0.1:8000/readyz"
    assert read(pod()) == Pod("1", "api-1", "api", "services/api", health)


def test_a_container_without_a_readiness_probe_is_not_asked() -> None:
    found = read(pod(spec__containers=[{"name": "api"}]))
    assert found is not None
    assert found.health == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata__annotations": {}},
        {"metadata__deletionTimestamp": "2026-01-01T00:00:00Z"},
        {"status__containerStatuses": []},
        {"status__containerStatuses": [{"name": "api", "state": {"waiting": {}}}]},
        {"status__containerStatuses": [{"name": "side", "state": {"running": {}}}]},
    ],
    ids=["of another app", "that ends", "without containers", "that waits", "with a side car"],
)
def test_a_pod_takes_no_code(changes: dict[str, Any]) -> None:
    assert read(pod(**changes)) is None
