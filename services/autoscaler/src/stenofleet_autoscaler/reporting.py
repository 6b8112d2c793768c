"""What a pool says of itself: conditions, status and gauges."""

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.act.sizes import Sizes
from stenofleet_autoscaler.decide import Decision
from stenofleet_autoscaler.model import Observation
from stenofleet_autoscaler.sense.pods import selector_text
from stenofleet_autoscaler.sight import Sight
from stenofleet_autoscaler.status import Condition, Report

SECRET_TROUBLES = ("Secret", "InvalidURL", "APIUnreachable")


def conditions(sight: Sight, sizes: Sizes, rival: str | None) -> tuple[Condition, ...]:
    """All observations about a pool."""
    return (_ready(sight, rival), _broker(sight), _hold(sight), _resizable(sizes), _conflict(rival))


def _ready(sight: Sight, rival: str | None) -> Condition:
    ref = sight.spec.target_ref
    if sight.deployment is None:
        return Condition("Ready", "False", "TargetNotFound", f"there is no {ref.kind} {ref.name}")
    if rival is not None:
        return Condition("Ready", "False", "Conflict", f"WorkerPool {rival} has the same target")
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
    if sizes.proven:
        return Condition(
            "ConcurrencyResizable", "True", "Resized", "workers grow and shrink in place"
        )
    return Condition("ConcurrencyResizable", "Unknown", "NotTried", "no worker was resized yet")


def _conflict(rival: str | None) -> Condition:
    if rival is None:
        return Condition("Conflict", "False", "NoConflict", "no other pool has this target")
    note = f"WorkerPool {rival} is older and has the same target: this one writes nothing"
    return Condition("Conflict", "True", "OlderPoolHasTarget", note)


def report(
    sight: Sight,
    facts: tuple[Condition, ...],
    seen: Observation | None = None,
    decision: Decision | None = None,
) -> Report:
    """What the status should say."""
    serving = [pod for pod in seen.pods if pod.serves] if seen else []
    sizes = [pod.slots for pod in serving if pod.slots is not None]
    deployment = sight.deployment
    dry = "dry run: " if sight.spec.mode == "DryRun" else ""
    return Report(
        generation=int(sight.pool["metadata"]["generation"]),
        conditions=facts,
        replicas=len(sight.raw_pods),
        selector=selector_text(deployment["spec"]["selector"]) if deployment else None,
        wanted=decision.slots if decision else None,
        ready=sum(sizes) if seen else None,
        concurrency=(min(sizes), max(sizes)) if sizes else None,
        reason=decision.reason if decision else None,
        message=dry + decision.message if decision else None,
        hold_until=sight.hold.until_text if sight.hold else None,
    )


def publish(sight: Sight, seen: Observation, decision: Decision) -> None:
    """Sets the pool's gauges."""
    labels = sight.namespace, sight.name
    metrics.BROKER_UP.labels(*labels).set(sight.work is not None)
    metrics.REPLICAS.labels(*labels).set(len(seen.pods))
    metrics.REPLICAS_WANTED.labels(*labels).set(decision.pods)
    metrics.DRAINING.labels(*labels).set(sum(pod.drain is not None for pod in seen.pods))
    metrics.SLOTS_READY.labels(*labels).set(sum(pod.slots or 0 for pod in seen.pods if pod.serves))
    if seen.work is None or decision.slots is None:
        metrics.unknown(*labels)
        return
    work = seen.work
    metrics.QUEUED.labels(*labels).set(work.queued)
    metrics.SCHEDULED.labels(*labels).set(work.scheduled)
    metrics.DELIVERED.labels(*labels).set(work.delivered)
    metrics.OLDEST_WAIT.labels(*labels).set(work.oldest_wait or 0.0)
    metrics.ACTIVE.labels(*labels).set(sum(pod.beat.active for pod in seen.pods if pod.beat))
    metrics.SLOTS_WANTED.labels(*labels).set(decision.slots)
