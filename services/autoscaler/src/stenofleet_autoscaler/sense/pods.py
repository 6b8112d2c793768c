"""Pods of a target, out of the API server's objects."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from stenofleet_autoscaler.model import Drain, Heartbeat, Pod

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
DRAINING_SINCE = "stenofleet.io/draining-since"
"""Annotation on a pod on its way out: seconds since the epoch. It outlives the operator."""

DRAIN_REQUESTED = "stenofleet.io/drain-requested"
"""Annotation by which a person asks for a pod to be drained, whatever its value."""

HOST_NAME_LENGTH = 63
"""Kubernetes cuts a pod's name for its hostname."""

TROUBLES = frozenset(
    {
        "ImagePullBackOff",
        "ErrImagePull",
        "InvalidImageName",
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
    }
)
"""Reasons of waiting containers that do not pass by themselves."""

Raw = Mapping[str, Any]


def selects(selector: Raw, labels: Mapping[str, str]) -> bool:
    """Whether a Deployment's selector takes the labels."""
    exact: Mapping[str, str] = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in exact.items()):
        return False
    return all(_meets(rule, labels) for rule in selector.get("matchExpressions") or [])


def _meets(rule: Raw, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(rule["key"]), rule.get("values") or []
    match rule["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case _:
            return value is None


def selector_text(selector: Raw) -> str:
    """The selector as kubectl writes it."""
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    return ",".join(parts + [_rule_text(rule) for rule in selector.get("matchExpressions") or []])


def _rule_text(rule: Raw) -> str:
    values = ",".join(rule.get("values") or [])
    match rule["operator"]:
        case "Exists":
            return str(rule["key"])
        case "DoesNotExist":
            return f"!{rule['key']}"
        case operator:
            return f"{rule['key']} {operator.lower()} ({values})"


def is_gone(raw: Raw) -> bool:
    """Whether the ReplicaSet counts the pod no more: it terminates, or has ended."""
    ended = (raw.get("status") or {}).get("phase") in {"Succeeded", "Failed"}
    return ended or bool(raw["metadata"].get("deletionTimestamp"))


def may_hold_tasks(raw: Raw) -> bool:
    """Whether a container of the pod has started and the pod has not ended; it may terminate."""
    status = raw.get("status") or {}
    if status.get("phase") in {"Succeeded", "Failed"}:
        return False
    states = [each.get("state") or {} for each in _containers(status)]
    return any("running" in state for state in states)


def host_name(pod: str) -> str:
    """The hostname in a pod, which is what Celery calls its worker after."""
    return pod[:HOST_NAME_LENGTH].rstrip("-.")


def node_name(pod: str) -> str:
    """Celery's name of the worker in a pod, unless its command line says otherwise."""
    return f"celery@{host_name(pod)}"


def containers_started(raw: Raw) -> str:
    """Tells one run of the pod's containers from the next: they restart in the same pod."""
    containers = _containers(raw.get("status") or {})
    return ",".join(f"{each['name']}:{each.get('restartCount', 0)}" for each in containers)


def _containers(status: Raw) -> list[Raw]:
    return status.get("containerStatuses") or []


def view(
    raw: Raw,
    beat: Heartbeat | None,
    slots: int | None,
    drain: Callable[[float], Drain],
) -> Pod:
    """A pod as decisions see it.

    Args:
        raw: the object.
        beat: the last heartbeat of its worker; None when it is silent.
        slots: the worker's concurrency as last read back.
        drain: how far the pod has come, given when its drain began.
    """
    meta, status = raw["metadata"], raw.get("status") or {}
    since = drain_since(raw)
    return Pod(
        name=meta["name"],
        ready=_condition(status, "Ready").get("status") == "True",
        assigned=bool((raw.get("spec") or {}).get("nodeName")),
        pending=status.get("phase", "Pending") == "Pending",
        running=any("running" in each.get("state", {}) for each in _containers(status)),
        trouble=trouble(raw),
        cost=cost(raw),
        beat=beat,
        slots=slots,
        drain=drain(since) if since is not None else None,
        asked_to_go=DRAIN_REQUESTED in _annotations(raw),
        ordinal=_ordinal(raw),
        created=_epoch(meta.get("creationTimestamp")),
    )


def trouble(raw: Raw) -> str | None:
    """Why the pod does not come, in one word; None while nothing is wrong."""
    status = raw.get("status") or {}
    scheduled = _condition(status, "PodScheduled")
    if scheduled.get("status") == "False":
        return str(scheduled.get("reason") or "Unschedulable")
    states = [*_containers(status), *(status.get("initContainerStatuses") or [])]
    reasons = [(each.get("state") or {}).get("waiting", {}).get("reason") for each in states]
    return next((reason for reason in reasons if reason in TROUBLES), None)


def _ordinal(raw: Raw) -> int | None:
    """Its number in the StatefulSet that owns it."""
    owners = raw["metadata"].get("ownerReferences") or []
    if not any(owner["kind"] == "StatefulSet" and owner.get("controller") for owner in owners):
        return None
    number = raw["metadata"]["name"].rpartition("-")[2]
    return int(number) if number.isdigit() else None


def drain_since(raw: Raw) -> float | None:
    """When the pod's drain began; None when it is not on its way out."""
    return _number(_annotations(raw).get(DRAINING_SINCE))


def cost(raw: Raw) -> int:
    """The pod's deletion cost; 0 where there is none."""
    return int(_number(_annotations(raw).get(DELETION_COST)) or 0)


def _annotations(raw: Raw) -> Mapping[str, str]:
    return raw["metadata"].get("annotations") or {}


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _condition(status: Raw, kind: str) -> Raw:
    conditions = status.get("conditions") or []
    return next((each for each in conditions if each["type"] == kind), {})


def _epoch(timestamp: str | None) -> float:
    return datetime.fromisoformat(timestamp).timestamp() if timestamp else 0.0
