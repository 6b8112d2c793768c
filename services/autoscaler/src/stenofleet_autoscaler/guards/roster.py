"""Who may hold messages of a broker: the pods of all pools on it, and workers of nobody's pool."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SILENCE = 30.0
"""Seconds without a heartbeat after which a worker without a pod is gone; Celery sends one every
2 s."""

AFTERLIFE = 2.0
"""Seconds in which a heartbeat of a pod that is gone may still be on its way to us."""


@dataclass(frozen=True)
class Worker:
    """A pod that may hold messages: a container of it has started and it has not ended.

    A terminating pod is one too: it finishes what it has.

    Attributes:
        queues: what its pools say that it consumes.
        run: which run of its containers; another one means that what it held is lost.
    """

    queues: frozenset[str]
    run: str


@dataclass
class Roster:
    """The workers of one broker and prefix, tick by tick. Times are seconds since the epoch.

    Attributes:
        queues: all queues that pools on this broker consume; others' are none of our business.
        listening_for: seconds for which every heartbeat was heard without a break.
        newest_death: when a worker was last seen to be gone. The first look counts as one: who
            died before it is unknown.
    """

    queues: frozenset[str] = frozenset()
    listening_for: float = 0.0
    newest_death: float | None = None
    _now: float = 0.0
    _pods: Mapping[str, Worker] = field(default_factory=dict)
    _consumed: dict[str, frozenset[str]] = field(default_factory=dict)
    _heard: dict[str, float] = field(default_factory=dict)
    _left: dict[str, float] = field(default_factory=dict)

    def see(
        self,
        now: float,
        queues: frozenset[str],
        pods: Mapping[str, Worker],
        heard: Mapping[str, float],
        listening_for: float,
    ) -> None:
        """Takes in a tick.

        Args:
            now: the time.
            queues: all queues of all pools on this broker.
            pods: what may hold messages, by node name.
            heard: seconds since the last heartbeat, by node name; those heard lately suffice.
            listening_for: seconds for which heartbeats were listened to without a break.
        """
        before = self._lives()
        self._left |= dict.fromkeys(self._pods.keys() - pods.keys(), now)
        self._now, self.queues, self._pods, self.listening_for = now, queues, pods, listening_for
        self._consumed |= {node: worker.queues for node, worker in pods.items()}
        self._hear(heard)
        after = self._lives()
        if self.newest_death is None or any(after.get(node) != run for node, run in before.items()):
            self.newest_death = now

    def _hear(self, heard: Mapping[str, float]) -> None:
        """Who was silent for long is forgotten, with what it consumed."""
        self._heard |= {node: self._now - ago for node, ago in heard.items()}
        limit = self._now - SILENCE
        self._heard = {node: at for node, at in self._heard.items() if at > limit}
        kept = self._heard.keys() | self._pods.keys()
        self._consumed = {node: what for node, what in self._consumed.items() if node in kept}
        self._left = {node: at for node, at in self._left.items() if node in self._heard}

    def _lives(self) -> dict[str, str]:
        """The run of each live worker; one without a pod has no more than its name."""
        pods = {node: worker.run for node, worker in self._pods.items()}
        return pods | dict.fromkeys(self._strangers(), "")

    def _strangers(self) -> set[str]:
        return {
            node
            for node, at in self._heard.items()
            if node not in self._pods and at > self._left.get(node, -AFTERLIFE) + AFTERLIFE
        }

    @property
    def live(self) -> frozenset[str]:
        """Nodes that may hold our messages: only if all of them answer, an answer is whole."""
        strangers = {node for node in self._strangers() if self._takes_any(node, self.queues)}
        return frozenset(self._pods.keys() | strangers)

    @property
    def unknown(self) -> frozenset[str]:
        """Workers of nobody's pool that were not asked yet what they consume."""
        return frozenset(self._strangers() - self._consumed.keys())

    def learn(self, node: str, queues: frozenset[str]) -> None:
        """A worker of nobody's pool told what it consumes."""
        self._consumed[node] = queues

    def deserted(self, queue: str) -> bool:
        """Whether no worker that may hold messages of the queue lives, as far as can be told."""
        of_pods = any(queue in worker.queues for worker in self._pods.values())
        return not of_pods and not any(self._takes(node, queue) for node in self._strangers())

    def silent_for(self, queue: str) -> float:
        """Seconds in which no worker was heard that may consume the queue."""
        heard = [at for node, at in self._heard.items() if self._takes(node, queue)]
        return min([self.listening_for, *(self._now - at for at in heard)])

    def _takes_any(self, node: str, queues: frozenset[str]) -> bool:
        return any(self._takes(node, queue) for queue in queues)

    def _takes(self, node: str, queue: str) -> bool:
        """One that did not say what it consumes may consume anything."""
        consumed = self._consumed.get(node)
        return consumed is None or queue in consumed
