"""Kubernetes' quantities out of pods and specs, as numbers, and back."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from kubernetes.utils.quantity import parse_quantity

from stenofleet_autoscaler.decide.slot_resources import MEMORY, RESIZABLE, Amount, Amounts

Raw = Mapping[str, Any]

MILLI = Decimal("0.001")


def read(requests: Mapping[str, str], limits: Mapping[str, str]) -> Amount:
    """Quantities as they are written, as numbers; what cannot be resized is left out.

    Raises:
        ValueError: something is no quantity.
    """
    return Amount(_numbers(requests), _numbers(limits))


def of_container(container: Raw) -> Amount:
    """What a container of a pod's spec or status has; nothing where it says nothing."""
    resources = container.get("resources") or {}
    return read(resources.get("requests") or {}, resources.get("limits") or {})


def written(amount: Amount) -> dict[str, dict[str, str]]:
    """As a container's ``resources``; sides that say nothing are left out."""
    sides = {"requests": amount.requests, "limits": amount.limits}
    return {side: _texts(values) for side, values in sides.items() if values}


def named(containers: Iterable[Raw] | None, name: str) -> Raw | None:
    """The container of that name."""
    return next((each for each in containers or () if each["name"] == name), None)


def _numbers(quantities: Mapping[str, str]) -> Amounts:
    return {name: _number(quantities[name]) for name in RESIZABLE if name in quantities}


def _number(text: str) -> Decimal:
    return Decimal(parse_quantity(text))  # type: ignore[no-untyped-call] # the package's


def _texts(amounts: Amounts) -> dict[str, str]:
    return {name: _text(name, value) for name, value in amounts.items()}


def _text(name: str, value: Decimal) -> str:
    """Whole bytes, and thousandths of a core: Kubernetes knows nothing finer."""
    if name == MEMORY:
        return f"{value.to_integral_value(ROUND_CEILING):f}"
    return f"{(value / MILLI).to_integral_value(ROUND_CEILING):f}m"
