"""Others that size the same target: one has the say, and it is not this pool."""

from typing import Protocol

from stenofleet_autoscaler.status import Condition

TYPE = "Conflict"


class Other(Protocol):
    """An object that sizes a target."""

    @property
    def kind(self) -> str:
        """``WorkerPool``, ``HorizontalPodAutoscaler`` or ``ScaledObject``."""

    @property
    def name(self) -> str:
        """Its name, in the pool's namespace."""


def condition(namespace: str, rival: Other | None, scaler: Other | None) -> Condition:
    """Who else sizes the target. While it is True the pool writes nothing.

    Args:
        namespace: the pool's, and so the others'.
        rival: an older pool with the same target.
        scaler: an autoscaler of another kind with the same target.
    """
    if rival is not None:
        note = f"{_named(namespace, rival)} is older and has the same target"
        return Condition(TYPE, "True", "OlderPoolHasTarget", _silent(note))
    if scaler is not None:
        note = f"{_named(namespace, scaler)} sizes the same target"
        return Condition(TYPE, "True", "OtherScalerHasTarget", _silent(note))
    return Condition(TYPE, "False", "NoConflict", "nobody else sizes this target")


def _named(namespace: str, other: Other) -> str:
    return f"{other.kind} {namespace}/{other.name}"


def _silent(note: str) -> str:
    return f"{note}: this pool writes nothing until one of the two is gone"
