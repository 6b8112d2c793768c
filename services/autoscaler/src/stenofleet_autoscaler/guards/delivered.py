"""What the search for orphans is about, in plain data."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol


class Delivered(Protocol):
    """A delivery, as far as this matters. Times are seconds since the epoch."""

    @property
    def tag(self) -> str:
        """Its tag in ``unacked``; a message that is delivered again keeps it."""

    @property
    def queues(self) -> Collection[str]:
        """The queues that its exchange's bindings name."""

    @property
    def delivered_at(self) -> float:
        """Its score in ``unacked_index``."""

    @property
    def eta(self) -> float | None:
        """When it is due; None when at once."""


Key = tuple[str, float]


@dataclass(frozen=True)
class Look:
    """What all live workers together answered.

    Attributes:
        at: when the asking began, in seconds since the epoch.
        asked: the deliveries that were looked for.
        held: tags that a worker names, or of which it cannot be told.
        complete: every live worker answered everything.
    """

    at: float
    asked: tuple[Delivered, ...]
    held: frozenset[str]
    complete: bool


@dataclass(frozen=True)
class Verdict:
    """What is known after a tick.

    Attributes:
        certain: orphans to give back now, oldest first; of many, the first `MOST`.
        ask: deliveries that every live worker has to be asked about now.
        suspected: by queue, due deliveries without a worker as far as is known: demand.
    """

    certain: tuple[Delivered, ...] = ()
    ask: tuple[Delivered, ...] = ()
    suspected: dict[str, int] = field(default_factory=dict)


def key_of(each: Delivered) -> Key:
    """A message that is delivered anew is another delivery, though its tag is the same."""
    return each.tag, each.delivered_at


def queue_of(each: Delivered) -> str:
    """The one queue that it came from; "" where several could be: giving back would multiply it."""
    return next(iter(each.queues)) if len(each.queues) == 1 else ""
