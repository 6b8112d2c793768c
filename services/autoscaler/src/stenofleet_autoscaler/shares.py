"""Pools that consume the same queue: each takes its share, so that they do not fight."""

from collections.abc import Iterable, Mapping
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
        elsewhere: for each other pool, tasks that its workers say they run, on any queue of its.
    """

    of_queued: Fraction = WHOLE
    elsewhere: tuple[tuple[str, int], ...] = ()


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
    part = Fraction(own.most, most) if most else WHOLE
    others = tuple((each.pool, each.active) for each in sharing if each.pool != own.pool)
    return Share(part, others)


def own_of(held: Mapping[str, int], shares: Mapping[str, Share]) -> int:
    """Tasks, of those that workers hold, which no other pool accounts for.

    A pool that shares several queues says how much it runs, not of which: it accounts for that
    many once, in the order of the names of the queues.

    Args:
        held: tasks that workers hold, by queue.
        shares: the shares of the queues that other pools consume too.
    """
    left, unspent = dict(held), dict[str, int]()
    for queue in sorted(left.keys() & shares.keys()):
        for pool, active in shares[queue].elsewhere:
            taken = min(left[queue], unspent.setdefault(pool, active))
            left[queue] -= taken
            unspent[pool] -= taken
    return sum(left.values())
