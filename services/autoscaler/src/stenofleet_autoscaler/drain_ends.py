"""How drains end, as it is seen from one tick to the next."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from stenofleet_autoscaler.model import Drain, Pod

OUTCOMES = EMPTIED, TIMED_OUT, UNDONE, LOST = "emptied", "timed_out", "undone", "lost"


class Ended(NamedTuple):
    """A drain that is over.

    Attributes:
        outcome: ``emptied`` (the pod went once it held nothing), ``timed_out`` (it went after the
            drain's timeout), ``undone`` (it takes tasks again) or ``lost`` (it went otherwise).
        seconds: from the mark on the pod until it went, or takes tasks again.
    """

    outcome: str
    seconds: float


@dataclass
class DrainEnds:
    """The drains of one pool that were under way at the last tick, by pod."""

    _last: dict[str, Drain] = field(default_factory=dict)

    def see(self, now: float, pods: Iterable[Pod], timeout: float) -> list[Ended]:
        """Those that ended since the last tick.

        Args:
            now: seconds since the epoch.
            pods: all of the target that do not terminate.
            timeout: seconds that a drain may last.
        """
        present = {pod.name: pod for pod in pods}
        ended = [
            Ended(_outcome(drain, now, present.get(name), timeout), max(0.0, now - drain.since))
            for name, drain in self._last.items()
            if name not in present or present[name].drain is None
        ]
        self._last = dict(_under_way(present.values()))
        return ended


def _under_way(pods: Iterable[Pod]) -> Iterator[tuple[str, Drain]]:
    for pod in pods:
        if pod.drain is not None:
            # Of a pod without a running container nothing has to be proved: it holds no task.
            yield pod.name, Drain(pod.drain.since, pod.drain.empty or not pod.running)


def _outcome(last: Drain, now: float, pod: Pod | None, timeout: float) -> str:
    if pod is not None:
        return UNDONE
    if last.empty:
        return EMPTIED
    return TIMED_OUT if now - last.since >= timeout else LOST
