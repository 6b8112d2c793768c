from typing import Any

import pytest
from stenofleet_cluster import kubectl
from stenofleet_cluster.errors import ClusterError


def node(heartbeat: str) -> dict[str, Any]:
    ready = {"type": "Ready", "status": "True", "lastHeartbeatTime": heartbeat}
    return {"status": {"conditions": [ready]}}


def test_missing_condition_is_unknown() -> None:
    assert kubectl.condition({}, "Ready") == "Unknown"
    assert kubectl.condition(node("2026-01-01T00:00:00Z"), "Ready") == "True"


def test_new_node_is_heard_by_its_conditions_before_it_has_a_lease() -> None:
    assert kubectl.last_heard(node("1970-01-01T00:01:00Z"), []) == 60


def test_restarted_node_is_heard_by_its_lease() -> None:
    lease = {"spec": {"renewTime": "1970-01-01T00:02:00.500000Z"}}

    assert kubectl.last_heard(node("1970-01-01T00:01:00Z"), [lease]) == 120.5


def test_waiting_ends_with_the_reason() -> None:
    with pytest.raises(ClusterError, match="the node sleeps"):
        kubectl.wait(lambda: False, 0, lambda: "the node sleeps")
