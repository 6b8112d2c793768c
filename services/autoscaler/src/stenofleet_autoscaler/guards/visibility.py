"""Tasks that run nearly as long as Redis waits for them, or as a pod may take to end."""

from collections.abc import Mapping
from dataclasses import dataclass

from stenofleet_autoscaler.status import Condition

TYPE = "VisibilityTimeoutRisk"

NEAR = 0.8
"""The share of a limit from which on a run time is near it."""


@dataclass(frozen=True)
class Longest:
    """The delivery that its worker has had for the longest.

    Attributes:
        task: the task's name; empty when unknown.
        seconds: since its delivery. A task that a worker holds until its ETA counts as well:
            Redis delivers it twice just the same.
    """

    task: str
    seconds: float


@dataclass(frozen=True)
class Limits:
    """What a run time is held against, in seconds.

    Attributes:
        visibility_timeout: the pool's ``spec.broker.visibilityTimeout``.
        grace: the target's ``terminationGracePeriodSeconds``; Kubernetes' default is 30.
    """

    visibility_timeout: float
    grace: float


def condition(limits: Limits, longest: Longest | None, quantiles: Mapping[str, float]) -> Condition:
    """The most urgent risk. The message moves only when the risk does.

    Args:
        limits: of the pool.
        longest: the oldest delivery whose worker lives; None when there is none.
        quantiles: learned long run times in seconds (p99), by task name.
    """
    return (
        _twice_soon(limits, longest)
        or _long_task("RunTimeNearsVisibilityTimeout", limits, quantiles)
        or _long_task("RunTimeAboveGrace", limits, quantiles)
        or Condition(TYPE, "False", "WithinLimits", "run times are well within the limits")
    )


def _twice_soon(limits: Limits, longest: Longest | None) -> Condition | None:
    limit = limits.visibility_timeout
    if longest is None or longest.seconds < NEAR * limit:
        return None
    note = (
        f"task {longest.task or '(unknown)'} was delivered more than {NEAR * limit:.0f} s ago and "
        f"is not acknowledged: after {limit:.0f} s Redis delivers it once more"
    )
    return Condition(TYPE, "True", "DeliveredTwiceSoon", note)


def _long_task(reason: str, limits: Limits, quantiles: Mapping[str, float]) -> Condition | None:
    name, seconds = max(quantiles.items(), key=lambda item: item[1], default=("", 0.0))
    above_grace = reason == "RunTimeAboveGrace"
    limit = limits.grace if above_grace else limits.visibility_timeout
    if not name or seconds < NEAR * limit:
        return None
    note = f"task {name} runs for up to {_rounded(seconds)} s (99 % of its runs): "
    return Condition(TYPE, "True", reason, note + _consequence(limit, above_grace=above_grace))


def _consequence(limit: float, *, above_grace: bool) -> str:
    if above_grace:
        return (
            f"a pod that has to end has {limit:.0f} s (terminationGracePeriodSeconds), so a node "
            "drain or a rollout may cut it"
        )
    return f"after {limit:.0f} s (the broker's visibility timeout) Redis delivers it once more"


def _rounded(seconds: float) -> str:
    """Two digits: a learned figure moves a little with every task, the status must not."""
    return f"{float(f'{seconds:.2g}'):g}"
