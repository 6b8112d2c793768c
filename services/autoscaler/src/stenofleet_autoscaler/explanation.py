"""A pool's last decision as a program reads it: what it was made from, and each rule in order.

It carries figures, names and the sentences of conditions: no URL, no Secret, no task's arguments.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from stenofleet_autoscaler.decide import Decision
from stenofleet_autoscaler.decide.decision import Step
from stenofleet_autoscaler.status import Condition


def explanation_of(
    pool: Mapping[str, Any],
    decision: Decision,
    conditions: Iterable[Condition],
    learned: Mapping[str, Any],
    at: float,
) -> dict[str, Any]:
    """What /pools/<namespace>/<name>/explain answers; its `summary` is the pool's line in /pools.

    Args:
        pool: the WorkerPool's object.
        decision: the last one.
        conditions: as they are now.
        learned: what `Learned.figures` tells.
        at: when it was decided, in seconds since the epoch.
    """
    return {
        "summary": _summary(pool, decision),
        "at": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "message": decision.message,
        "inputs": dict(decision.inputs),
        "rules": _rules(decision),
        "pods": {name: list(getattr(decision, name)) for name in ("drain", "undrain", "release")},
        "conditions": [asdict(each) for each in conditions],
        "learned": dict(learned),
    }


def _summary(pool: Mapping[str, Any], decision: Decision) -> dict[str, Any]:
    inputs, meta = dict(decision.inputs), pool["metadata"]
    return {
        "namespace": meta["namespace"],
        "name": meta["name"],
        "mode": pool["spec"].get("mode", "Active"),
        "queued": inputs.get("queued"),
        "inFlight": inputs.get("in flight"),
        "oldestWaitSeconds": inputs.get("oldest wait seconds"),
        "slots": decision.slots,
        "slotsReady": inputs.get("slots ready"),
        "pods": decision.pods,
        "replicas": decision.replicas,
        "concurrency": decision.concurrency,
        "reason": decision.reason,
        "bound": decision.bound,
    }


def _rules(decision: Decision) -> list[dict[str, Any]]:
    bound = _binding(decision)
    return [asdict(step) | {"bound": step is bound} for step in decision.steps]


def _binding(decision: Decision) -> Step | None:
    """The last step of the rule that bound the size."""
    changed = (step for step in reversed(decision.steps) if step.before != step.after)
    return next((step for step in changed if step.rule == decision.bound), None)
