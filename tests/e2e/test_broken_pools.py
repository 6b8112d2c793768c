"""Pools that cannot work: the API server says so, or their conditions do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from stenofleet_deploy.errors import CommandError
from support.fleet import Fleet, eventually


def pool(**spec: Any) -> dict[str, Any]:
    """A pool whose spec differs from a good one; None leaves a field out."""
    good = {
        "targetRef": {"kind": "Deployment", "name": "nobody"},
        "broker": {"urlSecretRef": {"name": "stenofleet-redis-operator", "key": "url"}},
        "demand": {"queues": ["nothing"]},
        "maxReplicas": 2,
        "concurrency": {"min": 1, "max": 1},
    }
    merged = {key: value for key, value in (good | spec).items() if value is not None}
    metadata = {"name": "broken"}
    return {
        "apiVersion": "stenofleet.io/v1alpha1",
        "kind": "WorkerPool",
        "metadata": metadata,
        "spec": merged,
    }


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (pool(minReplicas=3), "minReplicas must not be above maxReplicas"),
        (pool(concurrency={"min": 2, "max": 1}), "concurrency.min must not be above"),
        (pool(maxReplica=3), 'unknown field "spec.maxReplica"'),
        (pool(targetRef=None), "spec.targetRef: Required value"),
    ],
)
def test_a_broken_pool_is_refused_with_a_sentence(
    awake_fleet: Fleet, broken: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CommandError) as refused:
        apply(awake_fleet, broken)
    assert sentence in str(refused.value)


def test_a_missing_target_is_told_by_the_pool(awake_fleet: Fleet) -> None:
    with applied(awake_fleet, pool()):
        eventually(lambda: told(awake_fleet) == ("False", "TargetNotFound"), "the condition", 120)


def test_a_missing_secret_is_told_by_the_pool(awake_fleet: Fleet) -> None:
    absent = {"urlSecretRef": {"name": "not-there", "key": "url"}}
    # A target that is there and that no other pool has; without a broker it keeps its size.
    target = {"kind": "Deployment", "name": "stenofleet-beat"}
    with applied(awake_fleet, pool(broker=absent, targetRef=target)):
        eventually(lambda: told(awake_fleet) == ("False", "SecretNotFound"), "the condition", 120)


def apply(fleet: Fleet, manifest: dict[str, Any]) -> None:
    release = fleet.release
    words = ("--namespace", release.namespace, "apply", "--filename", "-")
    release.cluster.kubectl(*words, text=json.dumps(manifest))


@contextmanager
def applied(fleet: Fleet, manifest: dict[str, Any]) -> Iterator[None]:
    apply(fleet, manifest)
    try:
        yield
    finally:
        fleet.release.kubectl("delete", "workerpool", manifest["metadata"]["name"])


def told(fleet: Fleet) -> tuple[str, str] | None:
    """Status and reason of the condition Ready, once there is one."""
    conditions = fleet.pool("broken").get("status", {}).get("conditions", [])
    found = [(c["status"], c["reason"]) for c in conditions if c["type"] == "Ready"]
    return found[0] if found else None
