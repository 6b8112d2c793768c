"""What a release still waits for."""

from typing import Any

import pytest
from stenofleet_deploy.readiness import awaited, failed_containers


def deployment(wanted: int = 2, **status: int) -> dict[str, Any]:
    whole = {"observedGeneration": 3, "replicas": wanted, "updatedReplicas": wanted}
    return {
        "kind": "Deployment",
        "metadata": {"name": "api", "generation": 3},
        "spec": {"replicas": wanted},
        "status": {**whole, "availableReplicas": wanted, **status},
    }


def job(**status: int) -> dict[str, Any]:
    return {"kind": "Job", "metadata": {"name": "migrate", "generation": 1}, "status": status}


def test_nothing_is_awaited_when_all_are_ready() -> None:
    assert awaited([deployment(), job(succeeded=1)]) == []


def test_a_target_at_zero_replicas_is_ready() -> None:
    # The API server leaves out counts that are zero.
    sleeping = deployment(0)
    sleeping["status"] = {"observedGeneration": 3}
    assert awaited([sleeping]) == []


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ({"availableReplicas": 1}, "api (1/2)"),
        ({"updatedReplicas": 1}, "api (2/2, old pods go)"),
        ({"replicas": 3}, "api (2/2, old pods go)"),
        ({"observedGeneration": 2}, "api (not seen yet)"),
    ],
)
def test_a_rollout_that_is_not_over_is_awaited(status: dict[str, int], told: str) -> None:
    assert awaited([deployment(2, **status)]) == [told]


def test_an_unfinished_job_is_awaited() -> None:
    assert awaited([job(active=1)]) == ["migrate (job)"]


def test_a_new_deployment_without_a_status_is_awaited() -> None:
    fresh = deployment()
    del fresh["status"]
    assert awaited([fresh]) == ["api (not seen yet)"]


def test_only_containers_that_ended_with_an_error_are_asked_for_their_logs() -> None:
    crashed = {"terminated": {"exitCode": 1}}
    status = {
        "initContainerStatuses": [{"name": "wait", "state": {"terminated": {"exitCode": 0}}}],
        "containerStatuses": [
            {"name": "healthy", "state": {"running": {}}, "lastState": {}},
            {"name": "crashed", "state": crashed},
            {"name": "looping", "state": {"waiting": {}}, "lastState": crashed},
        ],
    }
    assert failed_containers(status) == ["crashed", "looping"]
