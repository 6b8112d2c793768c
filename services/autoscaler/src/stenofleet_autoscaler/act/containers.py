"""A worker's container as its pod tells it: what was asked, what the node gave, what it refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stenofleet_autoscaler.act import quantities
from stenofleet_autoscaler.decide.slot_resources import Amount, quality_of_service

LONGEST = 500

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Trouble:
    """Why resources do not follow: a condition's reason and message."""

    reason: str
    message: str


@dataclass(frozen=True)
class Container:
    """One container of a pod: what its spec says, and what the node gave it."""

    asked: Amount
    given: Amount


def find(pod: Raw, name: str) -> Container | None:
    """The pod's container; before Kubernetes 1.33 what it has is what its spec says."""
    found = quantities.named(pod["spec"].get("containers"), name)
    if found is None:
        return None
    asked = quantities.of_container(found)
    status = quantities.named((pod.get("status") or {}).get("containerStatuses"), name) or {}
    given = quantities.of_container(status) if status.get("resources") else asked
    return Container(asked, given)


def refusal(pod: Raw) -> Trouble | None:
    """Why the node did not give what was asked; None when it refused nothing.

    The reasons are ``Infeasible`` and ``Deferred`` (of the condition ``PodResizePending``) and
    ``Error`` (of ``PodResizeInProgress``).
    """
    for each in (pod.get("status") or {}).get("conditions") or []:
        reason = each.get("reason") or "Pending"
        pending = each["type"] == "PodResizePending"
        failed = each["type"] == "PodResizeInProgress" and reason == "Error"
        if each["status"] == "True" and (pending or failed):
            note = f"the node refused: {each.get('message') or reason}"
            return Trouble(reason, note[:LONGEST])
    return None


def forbidden(pod: Raw, name: str, goal: Amount) -> Trouble | None:
    """What must not be asked: a resize that restarts the worker, or another QoS class."""
    every = [*pod["spec"]["containers"], *(pod["spec"].get("initContainers") or ())]
    worker = quantities.named(every, name) or {}
    policies = worker.get("resizePolicy") or ()
    if any(each.get("restartPolicy") == "RestartContainer" for each in policies):
        note = f"the resizePolicy of container {name} restarts it, which would cut its tasks"
        return Trouble("RestartPolicy", note)
    before = [quantities.of_container(each) for each in every]
    after = [goal if each is worker else now for each, now in zip(every, before, strict=True)]
    classes = quality_of_service(before), quality_of_service(after)
    if classes[0] == classes[1]:
        return None
    note = f"spec.resources would make {classes[0]} pods {classes[1]}; Kubernetes forbids it"
    return Trouble("QualityOfService", note)
