"""CPU and memory of a worker's container by its slots. Quantities are compared as numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

MEMORY = "memory"
RESIZABLE = ("cpu", MEMORY)
"""The resources that Kubernetes can change in place."""

ROOM = Decimal("0.8")
"""A memory limit is lowered only while less than this share of the new limit is in use."""

Amounts = Mapping[str, Decimal]
"""Cores or bytes by the resource's name."""


@dataclass(frozen=True)
class Amount:
    """What a container asks for and may use."""

    requests: Amounts
    limits: Amounts

    def covers(self, other: "Amount") -> bool:
        """Whether nothing of `other` is more than here."""
        return _covers(self.requests, other.requests) and _covers(self.limits, other.limits)


def amount_for(base: Amount, per_slot: Amount, slots: int) -> Amount:
    """``base`` and ``slots`` times ``per_slot``, for requests and for limits."""
    return Amount(
        _plus(base.requests, per_slot.requests, slots), _plus(base.limits, per_slot.limits, slots)
    )


def over(template: Amount, wanted: Amount) -> Amount:
    """The whole of the container once what is wanted is merged into it."""
    return Amount({**template.requests, **wanted.requests}, {**template.limits, **wanted.limits})


def raised(present: Amount, wanted: Amount) -> Amount:
    """The larger of both: what there should be while slots are added or taken away."""
    return Amount(
        _larger(present.requests, wanted.requests), _larger(present.limits, wanted.limits)
    )


def lowered(present: Amount, wanted: Amount, memory_used: Decimal | None) -> Amount:
    """What is wanted, with the memory limit kept where too much may be in use.

    Args:
        present: what the container has.
        wanted: what it should have.
        memory_used: bytes; None when nobody can tell: then the limit stays.
    """
    limit, before = wanted.limits.get(MEMORY), present.limits.get(MEMORY)
    if limit is None or before is None or limit >= before:
        return wanted
    if memory_used is not None and memory_used < ROOM * limit:
        return wanted
    kept = {**wanted.limits, MEMORY: before}
    equal = wanted.requests.get(MEMORY) == limit
    # In a pod of the class Guaranteed the request is the limit, before and after.
    return Amount({**wanted.requests, MEMORY: before} if equal else wanted.requests, kept)


def changed(before: Amount, after: Amount) -> Amount:
    """What of `after` is not so before."""
    return Amount(
        _differing(before.requests, after.requests), _differing(before.limits, after.limits)
    )


def quality_of_service(containers: Sequence[Amount]) -> str:
    """The class that Kubernetes gives a pod of these containers.

    ``k8s.io/kubernetes/pkg/apis/core/v1/helper/qos: ComputePodQOS``.
    """
    if not any(_asks(each) for each in containers):
        return "BestEffort"
    return "Guaranteed" if all(_is_fixed(each) for each in containers) else "Burstable"


def most_slots(base: Amount, per_slot: Amount, present: Amount, ceiling: int) -> int:
    """The slots whose resources the container already has; 1 at least.

    Args:
        base: see `amount_for`.
        per_slot: see `amount_for`.
        present: what the node lets the container have.
        ceiling: the pool's largest concurrency.
    """
    fits = (n for n in range(ceiling, 1, -1) if present.covers(amount_for(base, per_slot, n)))
    return next(fits, 1)


def _plus(base: Amounts, per_slot: Amounts, slots: int) -> Amounts:
    zero = Decimal(0)
    return {
        name: base.get(name, zero) + slots * per_slot.get(name, zero)
        for name in sorted({*base, *per_slot})
    }


def _covers(one: Amounts, other: Amounts) -> bool:
    return all(one.get(name, Decimal(0)) >= value for name, value in other.items())


def _larger(one: Amounts, other: Amounts) -> Amounts:
    return {name: max(value, one.get(name, value)) for name, value in other.items()}


def _differing(before: Amounts, after: Amounts) -> Amounts:
    return {name: value for name, value in after.items() if before.get(name) != value}


def _asks(amount: Amount) -> bool:
    return any(side.get(name) for side in (amount.requests, amount.limits) for name in RESIZABLE)


def _is_fixed(amount: Amount) -> bool:
    limits = [amount.limits.get(name) for name in RESIZABLE]
    requests = [amount.requests.get(name, amount.limits.get(name)) for name in RESIZABLE]
    return all(limits) and limits == requests
