"""A pod's way out: no new tasks, then the proof that it holds none, then its rank."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stenofleet_autoscaler.act import workers
from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.marks import LEAVES_FIRST
from stenofleet_autoscaler.model import Drain, Heartbeat

SETTLING = 1.0
"""Seconds between our seeing the cost and our trusting that the ReplicaSet's watch has it."""

TELL_AGAIN_AFTER = 30.0
"""Seconds after which a draining worker that is not empty is told again to stop consuming."""


@dataclass
class Evidence:
    """What is known of a draining worker. Nothing of it outlives a restart of its container.

    Attributes:
        run: which run of the pod's containers this is about.
        stopped_at: when the worker confirmed that it consumes no more (monotonic).
        told_at: when it did so last.
        last: its last heartbeat.
        first: its first idle heartbeat after that.
        quiet: a second one said the same.
        empty: it also said that nothing is reserved.
        ranked_at: when our watch first showed the deletion cost (monotonic).
    """

    run: str = ""
    stopped_at: float | None = None
    told_at: float = 0.0
    last: Heartbeat | None = None
    first: Heartbeat | None = None
    quiet: bool = False
    empty: bool = False
    ranked_at: float | None = None

    def see(self, beat: Heartbeat | None) -> None:
        """Takes in a heartbeat: `processed` counts starts, so two equal ones mean none began."""
        if beat is not None and self.last and beat.processed < self.last.processed:
            self._begin_anew()  # the process is another one, and consumes from its start
        self.last = beat or self.last
        if beat is None or self.stopped_at is None or beat.at <= self.stopped_at:
            return
        if beat.active or (self.first and beat.processed != self.first.processed):
            # One that was idle and starts again was told to consume by somebody: tell it anew.
            stopped_at = None if self.quiet else self.stopped_at
            self._begin_anew()
            self.stopped_at = stopped_at
        elif self.first is None:
            self.first = beat
        elif beat.at > self.first.at:
            self.quiet = True

    def _begin_anew(self) -> None:
        self.stopped_at, self.first, self.quiet, self.empty = None, None, False, False


@dataclass
class Drains:
    """The drains of one pool, by pod.

    Attributes:
        silent: the app sends no heartbeats (`Silence.total`): nothing can be proved, and a pod
            goes with its own grace period.
    """

    clock: Callable[[], float] = time.monotonic
    silent: bool = False
    _known: dict[str, Evidence] = field(default_factory=dict)

    def state(self, pod: str, since: float, run: str, cost: int) -> Drain:
        """How far the pod has come."""
        evidence = self._of(pod, run)
        if cost != LEAVES_FIRST:
            evidence.ranked_at = None
        elif evidence.ranked_at is None:
            evidence.ranked_at = self.clock()
        ranked = evidence.ranked_at is not None and (self.clock() - evidence.ranked_at >= SETTLING)
        return Drain(since=since, empty=evidence.empty or self.silent, ranked=ranked)

    async def advance(
        self, control: RemoteControl, pod: str, beat: Heartbeat | None, queues: tuple[str, ...]
    ) -> None:
        """One step further with a pod whose worker runs.

        Raises:
            ActionError: the worker did not answer; the next tick asks again.
        """
        evidence, node = self._known[pod], workers.node_of(pod, beat)
        if self._is_to_be_told(evidence):
            await workers.stop_consuming(control, node, queues)
            evidence.told_at = self.clock()
            evidence.stopped_at = evidence.stopped_at or evidence.told_at
        evidence.see(beat)
        if evidence.quiet and not evidence.empty:
            evidence.empty = await workers.holds_nothing(control, node)

    def _is_to_be_told(self, evidence: Evidence) -> bool:
        """At first, and again: nobody tells us that a worker was started anew, or was told to."""
        if evidence.stopped_at is None:
            return True
        return not evidence.quiet and self.clock() - evidence.told_at >= TELL_AGAIN_AFTER

    def keep_only(self, pods: Mapping[str, object]) -> None:
        """Forgets the pods that drain no more."""
        self._known = {name: known for name, known in self._known.items() if name in pods}

    def _of(self, pod: str, run: str) -> Evidence:
        known = self._known.get(pod)
        if known is None or known.run != run:
            known = self._known[pod] = Evidence(run=run)
        return known
