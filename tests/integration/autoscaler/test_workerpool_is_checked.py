"""What the API server refuses, and with which words."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from stenofleet_autoscaler.spec import PoolSpec
from support.api_server import ApiServer

SAMPLES = Path(__file__).parents[3] / "manifests" / "samples"
SAMPLE = SAMPLES / "workerpool.yaml"
PATH = "/apis/stenofleet.io/v1alpha1/namespaces/{}/workerpools"


def changed(**spec: Any) -> dict[str, Any]:
    """The sample with parts of its spec replaced; None takes a part away."""
    pool: dict[str, Any] = yaml.safe_load(SAMPLE.read_text())
    merged = pool["spec"] | spec
    return pool | {"spec": {key: value for key, value in merged.items() if value is not None}}


def broker(**fields: Any) -> dict[str, Any]:
    return {"urlSecretRef": {"name": "redis", "key": "url"}, **fields}


def resources(container: str = "worker", **parts: Any) -> dict[str, Any]:
    return changed(resources={"container": container, **parts})


def step(direction: str, size: Any) -> dict[str, Any]:
    return changed(behavior={direction: {"maxStep": size}})


@pytest.mark.parametrize(
    ("pool", "sentence"),
    [
        (changed(minReplicas=9), "minReplicas must not be above maxReplicas"),
        (changed(maxReplicas=0), "should be greater than or equal to 1"),
        (changed(maxReplicas=None), "spec.maxReplicas: Required value"),
        (changed(targetRef=None), "spec.targetRef: Required value"),
        (
            changed(targetRef={"kind": "Pod", "name": "w"}),
            'supported values: "Deployment", "StatefulSet"',
        ),
        (
            changed(targetRef={"kind": "Deployment", "name": "my workers"}),
            "must be the name of a target, of small letters, digits, - and .",
        ),
        (
            changed(broker={"urlSecretRef": {"name": "Redis", "key": "url"}}),
            "must be the name of a Secret, of small letters, digits, - and .",
        ),
        (changed(concurrency={"min": 5, "max": 4}), "concurrency.min must not be above"),
        (changed(concurrency={"min": 0, "max": 4}), "should be greater than or equal to 1"),
        (changed(demand={}), "demand needs at least one entry in queues or lists"),
        (changed(demand={"queues": ["a", "a"]}), "Duplicate value"),
        (
            changed(demand={"lists": [{"key": "log", "itemsPerTask": 1}]}),
            "demand.lists needs the queues whose tasks work the lists off",
        ),
        (
            changed(demand={"queues": ["a"], "lists": [{"key": "a", "itemsPerTask": 1}]}),
            "a key in demand.lists must not be the name of a queue",
        ),
        (
            changed(objective={"queueWait": "25h"}),
            "queueWait must be a duration above 0s and up to",
        ),
        (changed(manualHold="200h"), "manualHold must be a duration above 0s and up to 168h"),
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
        (changed(broker=broker(visibilityTimeout="0s")), "visibilityTimeout must be a duration"),
        (changed(broker=broker(prioritySeparator="")), "should be at least 1 chars long"),
        (changed(broker=broker(sentinel={})), "spec.broker.sentinel.masterName: Required value"),
        (changed(broker=broker(caSecretRef={"name": "ca"})), "caSecretRef.key: Required value"),
        (
            step("scaleUp", 0),
            'maxStep must be pods, as 4, or percent up to 999%, as "50%", above 0',
        ),
        (step("scaleUp", "0%"), "maxStep must be pods"),
        (step("scaleUp", "four"), "maxStep must be pods"),
        (step("scaleDown", "1000%"), "maxStep must be pods"),
        (step("scaleDown", -1), "maxStep must be pods"),
        (step("scaleDown", "50 %"), "maxStep must be pods"),
        (resources(), "spec.resources.perSlot: Required value"),
        (resources("Worker!", perSlot={"limits": {"cpu": 1}}), "must be the name of a container"),
        (resources(perSlot={"limits": {"cpu": "much"}}), "must be a quantity of 0 or more"),
        (resources(perSlot={"limits": {"memory": "-1Gi"}}), "must be a quantity of 0 or more"),
        (resources(perSlot={"requests": {"gpu": 1}}), "only cpu and memory can be changed"),
        (
            resources(perSlot={"requests": {"cpu": 2}, "limits": {"cpu": "1500m"}}),
            "a request must not be above the limit of the same resource",
        ),
        (resources(base={}, perSlot={"limits": {"cpu": 1}}), "should have at least 1 properties"),
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


@pytest.mark.parametrize(
    "pool",
    [
        changed(targetRef={"kind": "StatefulSet", "name": "w"}),
        changed(broker=broker(visibilityTimeout="4h", prioritySeparator=":", keyPrefix="shop:")),
        step("scaleUp", 4),
        step("scaleUp", "200%"),
        step("scaleDown", "50%"),
        resources(perSlot={"requests": {"cpu": 1}, "limits": {"cpu": "1000m"}}),
        resources(base={"limits": {"memory": "1Gi"}}, perSlot={"requests": {"memory": "256Mi"}}),
        resources(base={"requests": {"cpu": "0.1"}}, perSlot={"requests": {"memory": "1e9"}}),
    ],
)
def test_what_may_be_written_is_taken_and_read_by_the_operator(
    api_server: ApiServer, namespace: str, pool: dict[str, Any]
) -> None:
    answer = api_server.create(PATH.format(namespace), pool)
    assert answer.is_success, answer.text
    assert PoolSpec.parse(answer.json()["spec"]) == PoolSpec.parse(pool["spec"])


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_sample_is_taken_and_read_by_the_operator(
    api_server: ApiServer, namespace: str, sample: Path
) -> None:
    pool = yaml.safe_load(sample.read_text())
    answer = api_server.create(PATH.format(namespace), pool)
    assert answer.is_success, answer.text
    assert PoolSpec.parse(answer.json()["spec"]) == PoolSpec.parse(pool["spec"])


def test_the_sample_is_taken_and_its_replicas_can_be_scaled(
    api_server: ApiServer, namespace: str
) -> None:
    assert api_server.create(PATH.format(namespace), changed()).is_success
    scale = api_server.get(f"{PATH.format(namespace)}/mail/scale")
    assert scale["spec"].get("replicas", 0) == 0
