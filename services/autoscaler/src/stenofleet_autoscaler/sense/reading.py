"""What one look at a broker tells. Times are seconds since the epoch."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from stenofleet_autoscaler.sense.errors import Unseen


@dataclass(frozen=True)
class Asked:
    """What pools want to know of a keyspace: Celery queues, and plain lists by their full keys."""

    queues: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """Queued and due tasks of one name, out of those that are delivered next.

    Attributes:
        count: how many.
        work: their mean ``sf_work_seconds``; None when no header gives it.
    """

    task: str
    count: int
    work: float | None = None


@dataclass(frozen=True)
class QueueReading:
    """A queue as it stands.

    Attributes:
        depth: messages in all of its priority lists.
        sampled: messages that were looked at, those that are delivered next.
        samples: what is due of them.
        etas: when the others are due.
        oldest: since when the oldest due message waits: by its header, else since it was first
            seen; None when nothing due was seen.
        garbage: messages of the sample that are none.
    """

    depth: int
    sampled: int = 0
    samples: tuple[Sample, ...] = ()
    etas: tuple[float, ...] = ()
    oldest: float | None = None
    garbage: int = 0


@dataclass(frozen=True)
class Delivery:
    """A message in ``unacked``: a worker took it and has not acknowledged it.

    Attributes:
        tag: its delivery tag; a message that is delivered again keeps it.
        work: its ``sf_work_seconds``.
        eta: when it is due; None when at once.
        delivered_at: its score in ``unacked_index``, by the worker's clock.
        seen_at: when the operator saw it first.
        queues: where it came from, by its exchange's bindings.
    """

    tag: str
    task: str
    work: float | None
    eta: float | None
    delivered_at: float
    seen_at: float
    queues: tuple[str, ...]

    @property
    def begun_at(self) -> float:
        """When its worker could begin; a worker's clock may be ahead of ours."""
        return max(min(self.delivered_at, self.seen_at), self.eta or 0.0)


@dataclass(frozen=True)
class InFlight:
    """The deliveries of one queue.

    Attributes:
        due: those that a worker could run.
        fresh: those of them that came so lately that no heartbeat may tell of them yet.
        scheduled: those whose time has not come.
        etas: of the scheduled ones.
        sample: the oldest of those that are due.
    """

    due: int = 0
    fresh: int = 0
    scheduled: int = 0
    etas: tuple[float, ...] = ()
    sample: tuple[Delivery, ...] = ()

    @property
    def oldest(self) -> Delivery | None:
        """The one that was delivered first."""
        return self.sample[0] if self.sample else None


@dataclass(frozen=True)
class Finished:
    """A delivery that went away: its task has ended, or was given back.

    Attributes:
        seconds: how long its worker had it, from when it was due.
    """

    task: str
    queue: str
    work: float | None
    seconds: float


@dataclass(frozen=True)
class Reading:
    """One keyspace of a broker; what could not be read stands there as why.

    Attributes:
        at: when it was read.
        in_flight: by queue; a queue without deliveries is left out.
        finished: what went away since the last reading.
        deliveries: all that are known, oldest first; a view that the next reading changes.
        complete: whether every delivery is known.
    """

    at: float
    queues: Mapping[str, QueueReading | Unseen]
    lists: Mapping[str, int | Unseen] = field(default_factory=dict)
    in_flight: Mapping[str, InFlight] = field(default_factory=dict)
    finished: tuple[Finished, ...] = ()
    deliveries: Collection[Delivery] = ()
    complete: bool = True
