from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.sense.target import last_scaler
from stenofleet_autoscaler.watch.kinds import (
    DEPLOYMENTS,
    HPAS,
    PODS,
    POOLS,
    SCALED_OBJECTS,
    STATEFUL_SETS,
)
from stenofleet_autoscaler.watch.store import Other, Store
from support.kube_objects import deployment, scaler, stateful_set, versioned, worker_pool

W = ("shop", "Deployment", "w")


def with_target(**selector: Any) -> Store:
    store, raw = Store(), deployment()
    raw["metadata"]["resourceVersion"] = "1"
    if selector:
        raw["spec"]["selector"] = selector
    store.take(DEPLOYMENTS, None, raw)
    return store


def names(store: Store) -> dict[str, str]:
    """Versions of the target's pods by name."""
    metas = [each["metadata"] for each in store.pods_of(W)]
    return {meta["name"]: meta.get("resourceVersion", "") for meta in metas}


class TestPodsOfATarget:
    def test_are_those_of_its_namespace_that_it_selects(self) -> None:
        store = with_target()
        store.take(PODS, None, versioned("mine", 1))
        store.take(PODS, "ADDED", versioned("theirs", 2, namespace="other"))
        assert names(store) == {"mine": "1"}

    def test_are_none_when_it_is_unknown(self) -> None:
        store = Store()
        store.take(PODS, None, versioned("orphan", 1))
        assert store.pods_of(W) == []

    def test_may_be_named_by_expressions_alone(self) -> None:
        store = with_target(matchExpressions=[{"key": "app", "operator": "Exists"}])
        store.take(PODS, None, versioned("mine", 1))
        assert list(names(store)) == ["mine"]

    def test_follow_changed_labels_and_a_changed_selector(self) -> None:
        store = with_target()
        store.take(PODS, None, versioned("w-1", 1))
        changed = versioned("w-1", 2)
        changed["metadata"]["labels"] = {"app": "quarantine"}
        store.take(PODS, "MODIFIED", changed)
        assert names(store) == {}
        target = deployment()
        target["metadata"]["resourceVersion"] = "3"
        target["spec"]["selector"] = {"matchLabels": {"app": "quarantine"}}
        store.take(DEPLOYMENTS, "MODIFIED", target)
        assert names(store) == {"w-1": "2"}

    def test_are_the_same_list_until_one_of_them_changes(self) -> None:
        store = with_target()
        store.take(PODS, None, versioned("w-1", 1))
        before = store.pods_of(W)
        stranger = versioned("stranger", 2)
        stranger["metadata"]["labels"] = {"app": "v"}
        store.take(PODS, "ADDED", stranger)
        assert store.pods_of(W) is before
        store.take(PODS, "MODIFIED", versioned("w-1", 3))
        assert store.pods_of(W) is not before

    @given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("vw-"), st.booleans())))
    def test_are_what_a_look_at_all_pods_would_find(
        self, events: list[tuple[int, str, bool]]
    ) -> None:
        store, present = with_target(), {}
        for version, (number, app, is_deleted) in enumerate(events, start=1):
            raw = versioned(f"w-{number}", version)
            raw["metadata"]["labels"] = {"app": app, "tier": "x"} if app != "-" else {}
            store.take(PODS, "DELETED" if is_deleted else "MODIFIED", raw)
            present[f"w-{number}"] = None if is_deleted else app
            found = {name for name, label in present.items() if label == "w"}
            assert set(names(store)) == found


class TestListing:
    def test_takes_away_what_a_watch_missed(self) -> None:
        store = with_target()
        store.take(PODS, "ADDED", versioned("ghost", 1))
        store.take(PODS, "ADDED", versioned("theirs", 2, namespace="other"))
        store.replace(PODS, "shop", [versioned("real", 3)], "100")
        assert names(store) == {"real": "3"}
        store.replace(PODS, None, [], "200")
        assert names(store) == {}

    def test_does_not_undo_what_a_watch_told_after_it_was_made(self) -> None:
        store = with_target()
        store.take(PODS, "ADDED", versioned("newer", 120))
        store.take(PODS, "MODIFIED", versioned("changed", 130))
        store.take(PODS, "DELETED", versioned("deleted", 140))
        listing = [versioned("changed", 90), versioned("deleted", 80)]
        store.replace(PODS, "shop", listing, "100")
        assert names(store) == {"newer": "120", "changed": "130"}

    def test_is_not_undone_by_what_a_watch_tells_late(self) -> None:
        store = with_target()
        store.replace(PODS, "shop", [versioned("w-1", 90)], "100")
        store.take(PODS, "MODIFIED", versioned("w-1", 80))
        store.take(PODS, "DELETED", versioned("w-1", 85))
        assert names(store) == {"w-1": "90"}

    def test_changes_nothing_where_all_is_as_it_was(self) -> None:
        store = with_target()
        store.take(POOLS, None, worker_pool("old"))
        store.take(PODS, None, versioned("w-1", 1))
        before, pods = store.sizers, store.pods_of(W)
        store.replace(POOLS, None, [worker_pool("old")], "100")
        store.replace(PODS, None, [versioned("w-1", 1)], "100")
        assert store.sizers == before
        assert store.pods_of(W) is pods


class TestOthersOnATarget:
    def test_of_two_pools_the_younger_has_a_rival(self) -> None:
        store = Store()
        old = worker_pool("old", "2026-03-01T12:00:00Z")
        young = worker_pool("young", "2026-03-01T12:00:01Z")
        other = worker_pool("other", "2026-03-01T11:00:00Z", target="v")
        for each in (old, young, other):
            store.take(POOLS, None, each)
        assert store.rival(young) == Other("WorkerPool", "old")
        assert store.rival(old) is None
        old["metadata"] |= {"resourceVersion": "2", "deletionTimestamp": "2026-03-01T13:00:00Z"}
        store.take(POOLS, "MODIFIED", old)
        assert store.rival(young) is None

    @pytest.mark.parametrize(
        ("kind", "found"),
        [
            (HPAS, scaler("h", {"kind": "Deployment", "name": "w"})),
            (HPAS, scaler("h", {"kind": "WorkerPool", "name": "mail"})),
            (SCALED_OBJECTS, scaler("h", {"name": "w"})),
            (SCALED_OBJECTS, scaler("h", {"kind": "Deployment", "name": "w"})),
        ],
    )
    def test_another_scaler_is_named_until_it_goes(self, kind: Any, found: Any) -> None:
        store, pool = Store(), worker_pool("mail")
        store.take(kind, "ADDED", found)
        assert store.other_scaler(pool) == Other(kind.name, "h")
        store.take(kind, "DELETED", found)
        assert store.other_scaler(pool) is None

    def test_a_scaler_of_something_else_is_none_of_ours(self) -> None:
        store, pool = Store(), worker_pool("mail")
        store.take(HPAS, "ADDED", scaler("h", {"kind": "StatefulSet", "name": "w"}))
        store.take(SCALED_OBJECTS, "ADDED", scaler("s", {"name": "v"}))
        assert store.other_scaler(pool) is None

    def test_what_can_be_watched_no_more_is_no_conflict_for_ever(self) -> None:
        store, pool = Store(), worker_pool("mail")
        store.take(HPAS, "ADDED", scaler("h", {"kind": "Deployment", "name": "w"}))
        store.clear(HPAS)
        assert store.other_scaler(pool) is None


class TestWhatIsKept:
    def test_of_a_pod_only_what_somebody_looks_at(self) -> None:
        store, raw = with_target(), versioned("w-1", 1)
        raw["metadata"]["managedFields"] = [{"manager": "kubelet"}]
        raw["spec"] |= {
            "volumes": [{"name": "token"}],
            "terminationGracePeriodSeconds": 60,
            "containers": [{"name": "w", "image": "w", "env": [{}], "resources": {"limits": {}}}],
        }
        store.take(PODS, None, raw)
        (kept,) = store.pods_of(W)
        assert kept["metadata"]["managedFields"] == []
        assert kept["spec"] == {
            "nodeName": "n",
            "terminationGracePeriodSeconds": 60,
            "containers": [{"name": "w", "resources": {"limits": {}}}],
        }

    def test_of_a_target_who_scaled_it_and_how_it_rolls_out(self) -> None:
        store, raw = Store(), stateful_set({"type": "OnDelete"})
        raw["metadata"]["managedFields"] = [
            {"manager": "helm", "fieldsV1": {"f:spec": {"f:template": {}}}},
            {"manager": "kubectl", "fieldsV1": {"f:spec": {"f:replicas": {}}}, "time": "1"},
        ]
        store.take(STATEFUL_SETS, None, raw)
        kept = store.target("shop", "StatefulSet", "w")
        assert kept is not None
        assert [each["manager"] for each in kept["metadata"]["managedFields"]] == ["kubectl"]
        assert last_scaler(kept) == "kubectl"
        assert kept["spec"]["updateStrategy"] == {"type": "OnDelete"}
