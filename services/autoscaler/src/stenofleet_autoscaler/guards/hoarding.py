"""Workers that hold more tasks than they run, while others may stand idle."""

from collections.abc import Iterable
from dataclasses import dataclass

from stenofleet_autoscaler.model import Pod, Work
from stenofleet_autoscaler.status import Condition

TYPE = "PrefetchHoarding"

LASTING = 10.0
"""Seconds that it must last: heartbeats tell of a started task up to 2 s late, twice that after
one was lost."""

ADVICE = (
    "set worker_disable_prefetch=True, or worker_prefetch_multiplier=1 with acks_late, "
    "so that a free worker finds them"
)


def hoarded(work: Work, pods: Iterable[Pod]) -> int | None:
    """Tasks that live workers hold and do not run: they are not demand.

    `pods` are those of every pool on the queues: whoever is left out seems to run nothing.

    A lower bound for apps that acknowledge early: what they run is no delivery any more, but is
    taken off here all the same. None when a worker that may hold some is silent: unknown.
    """
    beats = [pod.beat for pod in pods if pod.running]
    told = [beat for beat in beats if beat is not None]
    if len(told) < len(beats):
        return None
    held = work.delivered - work.fresh - work.orphaned
    return max(0, held - sum(beat.active for beat in told))


@dataclass
class PrefetchHoarding:
    """What the workers of one pool hold, tick by tick. Times are seconds since the epoch."""

    _since: float | None = None
    _now: float = 0.0
    _count: int | None = None

    def see(self, now: float, work: Work | None, pods: Iterable[Pod]) -> None:
        """Takes in a tick; `work` is None when the broker did not answer."""
        everyone = list(pods)
        self._now = now
        self._count = hoarded(work, everyone) if work else None
        slots = [pod.slots for pod in everyone if pod.running]
        room = None if None in slots else sum(each or 0 for each in slots)
        if not work or not self._count or room is None or work.delivered <= room:
            self._since = None
        elif self._since is None:
            self._since = now

    def condition(self) -> Condition:
        """Whether it has lasted."""
        if self._count is None:
            return Condition(TYPE, "Unknown", "WorkersSilent", "what workers run is not known")
        if self._since is None or self._now - self._since < LASTING:
            return Condition(TYPE, "False", "NoHoarding", "workers hold what they run")
        note = f"workers hold {_about(self._count)} delivered tasks that they do not run: {ADVICE}"
        return Condition(TYPE, "True", "HeldNotRun", note)


def _about(count: int) -> str:
    """The power of two below: an exact figure would change the status with every task."""
    return f"at least {1 << (count.bit_length() - 1)}" if count else "some"
