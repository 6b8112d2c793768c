"""A worker that lives and takes nothing although tasks wait: its consumer has stalled."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from stenofleet_autoscaler.model import Heartbeat, Pod
from stenofleet_autoscaler.status import Condition

TYPE = "StalledConsumer"

AFTER = 60.0
"""Seconds of doing nothing beside a backlog: Celery's own reconnection takes up to 30 s."""

BEATS = 3
"""Heartbeats that must agree; Celery sends one every 2 s."""

PAUSE = 300.0
"""Seconds between two restarts in one pool: when it does not help, it must not harm either."""


@dataclass(frozen=True)
class StalledPod:
    """A pod to restart.

    Attributes:
        name: the pod's.
        note: why, for an event.
    """

    name: str
    note: str


@dataclass
class _Idle:
    """How long a worker has done nothing; `since` is seconds since the epoch."""

    since: float
    due: int
    processed: int
    last_beat: float
    beats: int = 1


@dataclass
class StalledConsumers:
    """The idle workers of one pool, tick by tick."""

    _idle: dict[str, _Idle] = field(default_factory=dict)
    _restarted: float = float("-inf")
    _stalled: tuple[str, ...] = ()
    _known: bool = False

    def see(self, now: float, due: int | None, pods: Iterable[Pod]) -> StalledPod | None:
        """The pod to restart now; at most one each `PAUSE`, the one that stalled first.

        Args:
            now: seconds since the epoch.
            due: due tasks in the pool's queues; None when that is unknown, or the pool is paused.
            pods: the pool's pods.
        """
        self._known = due is not None
        beats = {pod.name: pod.beat for pod in pods if pod.beat and _may_stall(now, pod)}
        self._idle = {
            name: self._follow(now, name, beat, due)
            for name, beat in beats.items()
            if due and beat.active == 0
        }
        stalled = [name for name in self._idle if self._is_stalled(now, name)]
        self._stalled = tuple(sorted(stalled, key=lambda name: (self._idle[name].since, name)))
        if not stalled or now - self._restarted < PAUSE:
            return None
        self._restarted = now
        return StalledPod(self._stalled[0], _note(self._stalled[0]))

    def condition(self) -> Condition:
        """What the last tick showed."""
        if not self._known:
            return Condition(TYPE, "Unknown", "NotWatched", "the backlog is not known")
        if not self._stalled:
            return Condition(TYPE, "False", "Consuming", "no worker stands idle beside a backlog")
        return Condition(TYPE, "True", "IdleBesideBacklog", _note(self._stalled[0]))

    def _follow(self, now: float, name: str, beat: Heartbeat, due: int) -> _Idle:
        """A task begun, or a shorter backlog, shows that somebody consumes: count anew."""
        before = self._idle.get(name)
        if before is None or beat.processed != before.processed or due < before.due:
            return _Idle(now, due, beat.processed, beat.at)
        if beat.at > before.last_beat:
            before.last_beat, before.beats = beat.at, before.beats + 1
        return before

    def _is_stalled(self, now: float, name: str) -> bool:
        idle = self._idle[name]
        return now - idle.since >= AFTER and idle.beats >= BEATS


def _may_stall(now: float, pod: Pod) -> bool:
    """A draining worker is told to take nothing; a young one may still be starting."""
    return pod.serves and now - pod.created >= AFTER


def _note(pod: str) -> str:
    return f"pod {pod} has sent heartbeats and begun no task for {AFTER:.0f} s while tasks wait"
