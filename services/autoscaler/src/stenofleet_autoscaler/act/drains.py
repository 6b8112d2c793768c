"""A pod's way out: no new tasks, then the proof that it holds none, then its rank."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stenofleet_autoscaler.act import workers
from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.model import Drain, Heartbeat
from stenofleet_autoscaler.sense.pods import DELETION_COST, DRAINING_SINCE, node_name

LEAVES_FIRST = -1000
"""Deletion cost of a pod that may go; pods have 0 unless somebody says otherwise."""

SETTLING = 1.0
"""Seconds between our seeing the cost and our trusting that the ReplicaSet's watch has it."""


@dataclass
class Evidence:
    """What is known of a draining worker. Nothing of it outlives a restart of its container.

    Attributes:
        run: which run of the pod's containers this is about.
        stopped_at: when the worker confirmed that it consumes no more (monotonic).
        first: its first idle heartbeat after that.
        quiet: a second one said the same.
        empty: it also said that nothing is reserved.
        ranked_at: when our watch first showed the deletion cost (monotonic).
    """

    run: str = ""
    stopped_at: float | None = None
    first: Heartbeat | None = None
    quiet: bool = False
    empty: bool = False
    ranked_at: float | None = None

    def see(self, beat: Heartbeat | None) -> None:
        """Takes in a heartbeat: `processed` counts starts, so two equal ones mean none began."""
        if beat is None or self.stopped_at is None or beat.at <= self.stopped_at:
            return
        if beat.active or (self.first and beat.processed != self.first.processed):
            # One that was idle and starts again was told to consume by somebody: tell it anew.
            self.stopped_at = None if self.quiet else self.stopped_at
            self.first, self.quiet, self.empty = None, False, False
        elif self.first is None:
            self.first = beat
        elif beat.at > self.first.at:
            self.quiet = True


@dataclass
class Drains:
    """The drains of one pool, by pod."""

    clock: Callable[[], float] = time.monotonic
    _known: dict[str, Evidence] = field(default_factory=dict)

    def state(self, pod: str, since: float, run: str, cost: int) -> Drain:
        """How far the pod has come."""
        evidence = self._of(pod, run)
        if cost != LEAVES_FIRST:
            evidence.ranked_at = None
        elif evidence.ranked_at is None:
            evidence.ranked_at = self.clock()
        ranked = evidence.ranked_at is not None and (self.clock() - evidence.ranked_at >= SETTLING)
        return Drain(since=since, empty=evidence.empty, ranked=ranked)

    async def advance(
        self, control: RemoteControl, pod: str, beat: Heartbeat | None, queues: tuple[str, ...]
    ) -> None:
        """One step further with a pod whose worker runs.

        Raises:
            ActionError: the worker did not answer; the next tick asks again.
        """
        evidence = self._known[pod]
        if evidence.stopped_at is None:
            await workers.stop_consuming(control, node_name(pod), queues)
            evidence.stopped_at = self.clock()
        evidence.see(beat)
        if evidence.quiet and not evidence.empty:
            evidence.empty = await workers.holds_nothing(control, node_name(pod))

    def keep_only(self, pods: Mapping[str, object]) -> None:
        """Forgets the pods that drain no more."""
        self._known = {name: known for name, known in self._known.items() if name in pods}

    def _of(self, pod: str, run: str) -> Evidence:
        known = self._known.get(pod)
        if known is None or known.run != run:
            known = self._known[pod] = Evidence(run=run)
        return known


def mark(since: float) -> dict[str, str | None]:
    """Annotations of a pod that begins to drain."""
    return {DRAINING_SINCE: f"{since:.0f}"}


def rank() -> dict[str, str | None]:
    """Annotations of a pod that may go."""
    return {DELETION_COST: str(LEAVES_FIRST)}


def unmark() -> dict[str, str | None]:
    """Annotations of a pod that takes tasks again."""
    return {DRAINING_SINCE: None, DELETION_COST: None}
