from typing import Any

import pytest
from stenofleet_autoscaler.model import Drain, Pod
from stenofleet_autoscaler.sense.pods import (
    DELETION_COST,
    DRAINING_SINCE,
    is_gone,
    selector_text,
    selects,
    view,
)
from stenofleet_autoscaler.sense.target import is_settled
from stenofleet_autoscaler.store import DEPLOYMENTS, PODS, POOLS, Store


def pod(name: str = "w-1", namespace: str = "shop", **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": "w"}},
        "spec": {"nodeName": "n"},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "worker", "restartCount": 0, "state": {"running": {}}}],
            **status,
        },
    }


def seen(raw: dict[str, Any]) -> Pod:
    return view(raw, lambda _: None, None, Drain)


def test_a_running_pod_serves() -> None:
    assert seen(pod()).serves


def test_a_pending_pod_runs_nothing() -> None:
    found = seen(pod(phase="Pending", conditions=[], containerStatuses=[]))
    assert (found.pending, found.running, found.ready) == (True, False, False)


def test_a_crash_looping_pod_runs_nothing() -> None:
    waiting = [{"name": "worker", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]
    assert not seen(pod(conditions=[], containerStatuses=waiting)).running


def test_marks_are_read_from_annotations_and_garbage_is_none() -> None:
    raw = pod()
    raw["metadata"]["annotations"] = {DRAINING_SINCE: "1800000000", DELETION_COST: "-1000"}
    assert (seen(raw).drain, seen(raw).cost) == (Drain(1_800_000_000), -1000)
    raw["metadata"]["annotations"] = {DRAINING_SINCE: "yesterday", DELETION_COST: "cheap"}
    assert (seen(raw).drain, seen(raw).cost) == (None, 0)


def test_terminating_and_ended_pods_are_gone() -> None:
    leaving = pod()
    leaving["metadata"]["deletionTimestamp"] = "2026-03-01T12:00:00Z"
    assert is_gone(leaving)
    assert is_gone(pod(phase="Failed"))
    assert not is_gone(pod())


@pytest.mark.parametrize(
    ("selector", "text", "taken"),
    [
        ({"matchLabels": {"app": "w"}}, "app=w", True),
        ({"matchLabels": {"app": "w", "tier": "x"}}, "app=w,tier=x", False),
        (
            {"matchExpressions": [{"key": "app", "operator": "In", "values": ["v", "w"]}]},
            "app in (v,w)",
            True,
        ),
        (
            {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["w"]}]},
            "app notin (w)",
            False,
        ),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, "app", True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, "!app", False),
    ],
)
def test_selectors_take_and_tell_what_kubernetes_takes_and_tells(
    selector: dict[str, Any], text: str, *, taken: bool
) -> None:
    assert selects(selector, {"app": "w"}) is taken
    assert selector_text(selector) == text


def deployment(**status: int) -> dict[str, Any]:
    return {
        "metadata": {"name": "w", "namespace": "shop", "generation": 2},
        "spec": {"selector": {"matchLabels": {"app": "w"}}},
        "status": status,
    }


def test_a_rollout_or_an_unseen_spec_is_not_settled() -> None:
    assert is_settled(deployment(observedGeneration=2, replicas=3, updatedReplicas=3))
    assert not is_settled(deployment(observedGeneration=2, replicas=3, updatedReplicas=1))
    assert not is_settled(deployment(observedGeneration=1, replicas=3, updatedReplicas=3))
    assert is_settled(deployment(observedGeneration=2))


def worker_pool(name: str, created: str, target: str = "w") -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": name,
            "creationTimestamp": created,
        },
        "spec": {"targetRef": {"kind": "Deployment", "name": target}},
    }


def versioned(name: str, version: int) -> dict[str, Any]:
    raw = pod(name)
    raw["metadata"]["resourceVersion"] = str(version)
    return raw


class TestStore:
    def test_a_target_has_the_pods_of_its_namespace_that_it_selects(self) -> None:
        store = Store()
        store.take(PODS, None, pod("mine"))
        store.take(PODS, "ADDED", pod("theirs", namespace="other"))
        assert [each["metadata"]["name"] for each in store.pods_of(deployment())] == ["mine"]

    def test_what_is_deleted_is_gone(self) -> None:
        store = Store()
        store.take(PODS, "ADDED", pod())
        store.take(PODS, "DELETED", pod())
        assert store.pods_of(deployment()) == []

    def test_a_listing_takes_away_what_a_watch_missed(self) -> None:
        store = Store()
        store.take(DEPLOYMENTS, "ADDED", deployment())
        store.take(PODS, "ADDED", pod("ghost"))
        store.take(PODS, "ADDED", pod("theirs", namespace="other"))
        store.replace(PODS, "shop", [pod("real")], "100")
        assert [each["metadata"]["name"] for each in store.pods_of(deployment())] == ["real"]
        assert store.deployment("shop", "w") is not None

    def test_a_listing_does_not_undo_what_a_watch_told_after_it_was_made(self) -> None:
        store = Store()
        store.take(PODS, "ADDED", versioned("newer", 120))
        store.take(PODS, "MODIFIED", versioned("changed", 130))
        store.take(PODS, "DELETED", versioned("deleted", 140))
        listing = [versioned("changed", 90), versioned("deleted", 80)]
        store.replace(PODS, "shop", listing, "100")
        versions = {
            each["metadata"]["name"]: each["metadata"]["resourceVersion"]
            for each in store.pods_of(deployment())
        }
        assert versions == {"newer": "120", "changed": "130"}

    def test_of_two_pools_on_a_target_the_younger_has_a_rival(self) -> None:
        store = Store()
        old = worker_pool("old", "2026-03-01T12:00:00Z")
        young = worker_pool("young", "2026-03-01T12:00:01Z")
        other = worker_pool("other", "2026-03-01T11:00:00Z", target="v")
        for each in (old, young, other):
            store.take(POOLS, None, each)
        assert store.rival(young) == "old"
        assert store.rival(old) is None
