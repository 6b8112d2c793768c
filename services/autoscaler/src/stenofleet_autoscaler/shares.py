"""Pools that consume the same queue: each takes its share, so that they do not fight."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

WHOLE = Fraction(1)


@dataclass(frozen=True)
class Claim:
    """What one pool brings to the queues that it consumes.

    Attributes:
        pool: its uid.
        queues: the queues of its demand.
        most: slots that it can have; 0 for a pool that does not act.
        active: tasks that its workers say they run.
    """

    pool: str
    queues: tuple[str, ...]
    most: int
    active: int = 0


@dataclass(frozen=True)
class Share:
    """A pool's part of a queue.

    Attributes:
        of_queued: part of the tasks that wait, by the slots that each pool can have.
        elsewhere: tasks that the workers of the other pools say they run.
    """

    of_queued: Fraction = WHOLE
    elsewhere: int = 0


ALONE = Share()


def shares_of(claims: Iterable[Claim]) -> dict[tuple[str, str], Share]:
    """The share of each pool and queue, for the queues that more than one pool consumes."""
    by_queue: dict[str, list[Claim]] = {}
    for claim in claims:
        for queue in claim.queues:
            by_queue.setdefault(queue, []).append(claim)
    return {
        (claim.pool, queue): _share(claim, sharing)
        for queue, sharing in by_queue.items()
        if len(sharing) > 1
        for claim in sharing
    }


def _share(own: Claim, sharing: list[Claim]) -> Share:
    most = sum(claim.most for claim in sharing)
    active = sum(claim.active for claim in sharing)
    part = Fraction(own.most, most) if most else WHOLE
    return Share(part, active - own.active)
