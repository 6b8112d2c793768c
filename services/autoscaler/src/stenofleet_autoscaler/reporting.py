"""What a pool says of itself: conditions, status and gauges."""

from collections.abc import Iterable, Mapping
from typing import Any

from stenofleet_autoscaler.act.care import Care
from stenofleet_autoscaler.act.sizes import Sizes
from stenofleet_autoscaler.decide import Decision
from stenofleet_autoscaler.guards import conflict
from stenofleet_autoscaler.model import Observation
from stenofleet_autoscaler.sense.pods import selector_text
from stenofleet_autoscaler.sight import Sight
from stenofleet_autoscaler.status import Condition, Report
from stenofleet_autoscaler.watch.store import Other

SECRET_TROUBLES = ("Secret", "InvalidURL", "APIUnreachable")

RISKS = frozenset(
    {"Conflict", "CapacityLimited", "PrefetchHoarding", "StalledConsumer", "VisibilityTimeoutRisk"}
)
"""Conditions that somebody may have to look at once they are True."""


def facts_of(
    sight: Sight, care: Care, rival: Other | None, scaler: Other | None
) -> tuple[Condition, ...]:
    """What is known of a pool before anything is decided."""
    conflict_fact = conflict.condition(sight.namespace, rival, scaler)
    return (
        _ready(sight, conflict_fact),
        conflict_fact,
        _broker(sight),
        _hold(sight),
        _resizable(care.sizes),
        *_resources(sight, care),
        _protected(care),
    )


def turned(before: Mapping[str, Any], facts: Iterable[Condition]) -> list[Condition]:
    """Risks that hold now and did not before, for an event each."""
    told = {each["type"]: each["status"] for each in before.get("conditions") or []}
    risks = [each for each in facts if each.type in RISKS and each.status == "True"]
    return [each for each in risks if told.get(each.type) != "True"]


def _ready(sight: Sight, clash: Condition) -> Condition:
    ref = sight.spec.target_ref
    if sight.target is None:
        return Condition("Ready", "False", "TargetNotFound", f"there is no {ref.kind} {ref.name}")
    if clash.status == "True":
        return Condition("Ready", "False", "Conflict", clash.message)
    if sight.trouble is not None and _is_about_secret(sight):
        return Condition("Ready", "False", sight.trouble.reason, sight.trouble.message)
    return Condition("Ready", "True", "Watching", f"sizing {ref.kind} {ref.name}")


def _is_about_secret(sight: Sight) -> bool:
    return sight.trouble is not None and sight.trouble.reason.startswith(SECRET_TROUBLES)


def _broker(sight: Sight) -> Condition:
    if sight.trouble is None:
        return Condition("BrokerReachable", "True", "Answering", "Redis answers")
    known = "Unknown" if _is_about_secret(sight) else "False"
    return Condition("BrokerReachable", known, sight.trouble.reason, sight.trouble.message)


def _hold(sight: Sight) -> Condition:
    if sight.hold is None:
        return Condition("ManualHold", "False", "NotHeld", "the operator decides on the size")
    note = f"a person asked for {sight.hold.replicas} pods, which stands until "
    return Condition("ManualHold", "True", "ScaledByPerson", note + sight.hold.until_text)


def _resizable(sizes: Sizes) -> Condition:
    if sizes.refusal is not None:
        note = f"the workers' pool cannot grow, only pods are added: {sizes.refusal}"
        return Condition("ConcurrencyResizable", "False", "Refused", note[:1000])
    if sizes.stuck is not None:
        return Condition("ConcurrencyResizable", "False", "SlotsBusy", sizes.stuck)
    if sizes.proven:
        return Condition(
            "ConcurrencyResizable", "True", "Resized", "workers grow and shrink in place"
        )
    return Condition("ConcurrencyResizable", "Unknown", "NotTried", "no worker was resized yet")


def _resources(sight: Sight, care: Care) -> tuple[Condition, ...]:
    """Only a pool that names resources has this condition."""
    if sight.spec.resources is None:
        return ()
    trouble = care.resources.trouble()
    if trouble is not None:
        return (Condition("ResourcesResizable", "False", trouble.reason, trouble.message),)
    if care.resources.usage_unknown:
        note = "nobody tells how much memory is in use, so memory limits are never lowered"
        return (Condition("ResourcesResizable", "True", "MemoryUsageUnknown", note),)
    known = "True" if care.resources.proven else "Unknown"
    reason = "Resized" if care.resources.proven else "NotTried"
    note = "CPU and memory of the pods follow their slots in place"
    return (Condition("ResourcesResizable", known, reason, note),)


def _protected(care: Care) -> Condition:
    if care.silence.total:
        note = (
            "the workers send no heartbeats, so nothing proves that a pod is empty: at a "
            "scale-down its tasks have the pod's own grace period, and are lost after it unless "
            "the app acknowledges late"
        )
        return Condition("DrainProtected", "False", "NoHeartbeats", note)
    return Condition("DrainProtected", "True", "ProvenIdle", "only pods that are proven idle go")


def report(
    sight: Sight,
    facts: tuple[Condition, ...],
    seen: Observation | None = None,
    decision: Decision | None = None,
) -> Report:
    """What the status should say."""
    serving = [pod for pod in seen.pods if pod.serves] if seen else []
    sizes = [pod.slots for pod in serving if pod.slots is not None]
    target = sight.target
    dry = "dry run: " if sight.spec.mode == "DryRun" else ""
    return Report(
        generation=int(sight.pool["metadata"]["generation"]),
        conditions=facts,
        replicas=len(sight.raw_pods),
        selector=selector_text(target["spec"]["selector"]) if target else None,
        wanted=decision.slots if decision else None,
        ready=sum(sizes) if seen else None,
        concurrency=(min(sizes), max(sizes)) if sizes else None,
        reason=decision.reason if decision else None,
        message=dry + decision.message if decision else None,
        hold_until=sight.hold.until_text if sight.hold else None,
    )
