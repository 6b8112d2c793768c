"""What the API server refuses, and with which words."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from support.api_server import ApiServer

SAMPLE = Path(__file__).parents[3] / "manifests" / "samples" / "workerpool.yaml"
PATH = "/apis/stenofleet.io/v1alpha1/namespaces/{}/workerpools"


def changed(**spec: Any) -> dict[str, Any]:
    """The sample with parts of its spec replaced; None takes a part away."""
    pool: dict[str, Any] = yaml.safe_load(SAMPLE.read_text())
    merged = pool["spec"] | spec
    return pool | {"spec": {key: value for key, value in merged.items() if value is not None}}


def broker(**fields: Any) -> dict[str, Any]:
    return {"urlSecretRef": {"name": "redis", "key": "url"}, **fields}


@pytest.mark.parametrize(
    ("pool", "sentence"),
    [
        (changed(minReplicas=9), "minReplicas must not be above maxReplicas"),
        (changed(maxReplicas=0), "should be greater than or equal to 1"),
        (changed(maxReplicas=None), "spec.maxReplicas: Required value"),
        (changed(targetRef=None), "spec.targetRef: Required value"),
        (changed(targetRef={"kind": "Pod", "name": "w"}), 'supported values: "Deployment"'),
        (changed(concurrency={"min": 5, "max": 4}), "concurrency.min must not be above"),
        (changed(concurrency={"min": 0, "max": 4}), "should be greater than or equal to 1"),
        (changed(demand={}), "demand needs at least one entry in queues or lists"),
        (changed(demand={"queues": ["a", "a"]}), "Duplicate value"),
        (changed(objective={}), "objective needs exactly one of queueWait and backlogPerSlot"),
        (
            changed(objective={"queueWait": "5s", "backlogPerSlot": 1}),
            "objective needs exactly one of queueWait and backlogPerSlot",
        ),
        (changed(objective={"queueWait": "0s"}), "queueWait must be a duration above 0s"),
        (changed(manualHold=""), "manualHold must be a duration above 0s"),
        (changed(manualHold="-1m"), "should match"),
        (
            changed(behavior={"scaleDown": {"stabilizationWindow": "25h"}}),
            "stabilizationWindow must be a duration from 0s to 24h",
        ),
        (
            changed(fallback={"after": "60s", "replicas": 99}),
            "fallback.replicas must not be above maxReplicas",
        ),
        (changed(broker=broker(priorityStepValues=[3, 6])), "must begin with 0"),
        (changed(broker=broker(priorityStepValues=[0, 6, 3])), "must be ascending, each once"),
        (changed(mode="Sleeping"), 'supported values: "Active", "DryRun", "Paused"'),
        (changed(maxReplica=3), 'unknown field "spec.maxReplica"'),
    ],
)
def test_a_broken_pool_is_refused_with_a_sentence(
    api_server: ApiServer, namespace: str, pool: dict[str, Any], sentence: str
) -> None:
    answer = api_server.create(PATH.format(namespace), pool)
    assert not answer.is_success
    assert sentence in answer.json()["message"]


def test_the_sample_is_taken_and_its_replicas_can_be_scaled(
    api_server: ApiServer, namespace: str
) -> None:
    assert api_server.create(PATH.format(namespace), changed()).is_success
    scale = api_server.get(f"{PATH.format(namespace)}/mail/scale")
    assert scale["spec"].get("replicas", 0) == 0
