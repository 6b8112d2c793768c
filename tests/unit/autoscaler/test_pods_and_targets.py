from typing import Any

import pytest
from stenofleet_autoscaler.model import Drain, Pod
from stenofleet_autoscaler.sense.pods import (
    DELETION_COST,
    DRAIN_REQUESTED,
    DRAINING_SINCE,
    host_name,
    is_gone,
    may_hold_tasks,
    selector_text,
    selects,
    view,
)
from stenofleet_autoscaler.sense.target import grace_seconds, is_settled, is_stuck
from support.kube_objects import deployment, pod, stateful_set


def seen(raw: dict[str, Any]) -> Pod:
    return view(raw, None, None, Drain)


def test_a_running_pod_serves() -> None:
    assert seen(pod()).serves


def test_a_pending_pod_runs_nothing() -> None:
    found = seen(pod(phase="Pending", conditions=[], containerStatuses=[]))
    assert (found.pending, found.running, found.ready) == (True, False, False)


def test_a_crash_looping_pod_runs_nothing() -> None:
    waiting = [{"name": "worker", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]
    assert not seen(pod(conditions=[], containerStatuses=waiting)).running


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        ({}, None),
        (
            {
                "conditions": [
                    {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
                ]
            },
            "Unschedulable",
        ),
        (
            {"containerStatuses": [{"state": {"waiting": {"reason": "ErrImagePull"}}}]},
            "ErrImagePull",
        ),
        (
            {
                "containerStatuses": [{"state": {"waiting": {"reason": "PodInitializing"}}}],
                "initContainerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}],
            },
            "CrashLoopBackOff",
        ),
        ({"containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}]}, None),
        ({"containerStatuses": [{}]}, None),
    ],
)
def test_why_a_pod_does_not_come_is_told_in_one_word(
    status: dict[str, Any], trouble: str | None
) -> None:
    assert seen(pod(**status)).trouble == trouble


def test_only_a_pod_of_a_stateful_set_has_an_ordinal() -> None:
    raw = pod("w-12")
    assert seen(raw).ordinal is None
    raw["metadata"]["ownerReferences"] = [{"kind": "ReplicaSet", "controller": True}]
    assert seen(raw).ordinal is None
    raw["metadata"]["ownerReferences"] = [{"kind": "StatefulSet", "controller": True}]
    assert seen(raw).ordinal == 12


def test_a_person_asks_for_a_drain_by_an_annotation_whatever_it_says() -> None:
    raw = pod()
    assert not seen(raw).asked_to_go
    raw["metadata"]["annotations"] = {DRAIN_REQUESTED: ""}
    assert seen(raw).asked_to_go


@pytest.mark.parametrize(
    ("name", "host"),
    [("w-1", "w-1"), ("w" * 70, "w" * 63), ("w" * 62 + "-abc", "w" * 62), ("a.b", "a.b")],
)
def test_a_host_is_named_after_its_pod_as_far_as_kubernetes_lets_it(name: str, host: str) -> None:
    assert host_name(name) == host


def test_a_terminating_pod_may_hold_tasks_until_it_has_ended() -> None:
    leaving = pod()
    leaving["metadata"]["deletionTimestamp"] = "2026-03-01T12:00:00Z"
    assert may_hold_tasks(leaving)
    assert not may_hold_tasks(pod(phase="Succeeded"))
    assert not may_hold_tasks(pod(phase="Pending", containerStatuses=[]))


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


def test_a_rollout_or_an_unseen_spec_is_not_settled() -> None:
    assert is_settled(deployment(observedGeneration=2, replicas=3, updatedReplicas=3))
    assert not is_settled(deployment(observedGeneration=2, replicas=3, updatedReplicas=1))
    assert not is_settled(deployment(observedGeneration=1, replicas=3, updatedReplicas=3))
    assert is_settled(deployment(observedGeneration=2))


def test_a_stateful_set_is_settled_when_all_pods_that_change_have_changed() -> None:
    rolling: dict[str, Any] = {"currentRevision": "a", "updateRevision": "b", "replicas": 4}
    assert is_settled(stateful_set(currentRevision="b", updateRevision="b", replicas=4))
    assert not is_settled(stateful_set(**rolling, updatedReplicas=3))
    kept = {"type": "RollingUpdate", "rollingUpdate": {"partition": 3}}
    assert not is_settled(stateful_set(kept, **rolling))
    assert is_settled(stateful_set(kept, **rolling, updatedReplicas=1))
    assert is_settled(stateful_set({"type": "OnDelete"}, **rolling))


def test_a_rollout_beyond_its_deadline_is_stuck() -> None:
    assert not is_stuck(deployment())
    for reason, stuck in (("ReplicaSetUpdated", False), ("ProgressDeadlineExceeded", True)):
        conditions = [{"type": "Progressing", "status": "False", "reason": reason}]
        assert is_stuck(deployment(conditions=conditions)) is stuck


def test_the_grace_period_is_the_templates_or_kubernetes_own() -> None:
    raw = deployment()
    assert grace_seconds(raw) == 30
    raw["spec"]["template"] = {"spec": {"terminationGracePeriodSeconds": 600}}
    assert grace_seconds(raw) == 600
