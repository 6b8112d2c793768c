"""Waiting times of tasks that share slots, by Erlang's C formula.

A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic
telephone exchanges" (1917): arrivals by chance (Poisson), exponential run times, one queue, all
slots alike. Tasks whose lengths differ less than exponential ones wait less than this says; tasks
that come in bursts wait more.
"""

from dataclasses import dataclass
from math import exp, inf, log


@dataclass(frozen=True)
class Load:
    """What comes, on average.

    Attributes:
        rate: tasks a second.
        seconds: how long one runs.
    """

    rate: float
    seconds: float

    @property
    def offered(self) -> float:
        """Slots that are busy on average (erlangs)."""
        return self.rate * self.seconds


def chance_to_wait(load: Load, slots: int) -> float:
    """The share of tasks that find every slot busy, from 0 to 1; 1 when the queue only grows."""
    if slots <= load.offered:
        return 1.0
    blocked = _blocking(load.offered, slots)
    use = load.offered / slots
    return blocked / (1 - use * (1 - blocked))


def wait(load: Load, slots: int, share: float) -> float:
    """Seconds within which this share (0 to 1) of the tasks is started; infinite without an end."""
    if slots <= load.offered:
        return inf
    late = chance_to_wait(load, slots) / (1 - share)
    return max(0.0, log(late)) * load.seconds / (slots - load.offered) if late > 0 else 0.0


def share_within(load: Load, slots: int, seconds: float) -> float:
    """The share of tasks that is started within so many seconds, from 0 to 1."""
    if slots <= load.offered:
        return 0.0
    decay = (slots - load.offered) / load.seconds
    return 1 - chance_to_wait(load, slots) * exp(-decay * seconds)


def slots_for(load: Load, seconds: float, share: float) -> int:
    """The fewest slots with which this share of the tasks is started within so many seconds."""
    slots = int(load.offered) + 1
    while wait(load, slots, share) > seconds:
        slots += 1
    return slots


def last_start(tasks: int, seconds: float, slots: int) -> float:
    """When the last of tasks that all come at once is started, in seconds; each runs alike."""
    return (max(tasks, 1) - 1) // slots * seconds


def _blocking(offered: float, slots: int) -> float:
    """Erlang's B: the share that would be turned away if nobody could wait."""
    blocked = 1.0
    for taken in range(1, slots + 1):
        blocked = offered * blocked / (taken + offered * blocked)
    return blocked
