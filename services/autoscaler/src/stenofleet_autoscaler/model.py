"""What the operator knows of a pool at one moment: the words of sense, decide and act."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heartbeat:
    """What a worker last told of itself.

    Attributes:
        at: when it came, in seconds of the operator's monotonic clock.
        active: tasks running.
        processed: tasks accepted since the worker's start.
        node: the worker's name, as ``celery@host``.
    """

    at: float
    active: int
    processed: int
    node: str = ""


@dataclass(frozen=True)
class Kind:
    """Queued tasks that are alike, as far as how long they run is concerned.

    Attributes:
        count: how many; those of a sample stand for the whole queue.
        seconds: how long one of them is expected to run; None when nothing was learned.
    """

    count: int
    seconds: float | None = None


@dataclass(frozen=True)
class Running:
    """Running tasks that are alike.

    Attributes:
        count: how many; those of a sample stand for all.
        remaining: seconds until one of them ends, as expected; None when nothing was learned.
    """

    count: int
    remaining: float | None = None


@dataclass(frozen=True)
class Work:
    """The work of a pool's queues.

    Attributes:
        queued: tasks in the queues' lists that are due.
        scheduled: tasks whose time has not come, in the lists or with a worker.
        delivered: tasks that a worker took and has not acknowledged, and that are due.
        fresh: those of them that came so lately that no heartbeat may tell of them yet.
        orphaned: those of them whose worker is gone for certain; they are demand.
        items: for each plain list its items and how many of them a task takes.
        oldest_wait: seconds that the oldest due task has waited; None when nobody said.
        kinds: the queued tasks by how long they run; empty when nothing is known of them.
        running: the running tasks by how long they will go on; empty when nothing is known.
        ages: the queued tasks by how long they have waited, in seconds, oldest first; what is
            missing of them counts as having waited for `oldest_wait`.
        etas: times, in seconds since the epoch, of scheduled tasks; of a sample where they are
            many.
        rate: tasks that come in, a second, over the last minutes; None until it can be told.
        mean_seconds: how long the pool's tasks run, as learned; None when nothing was.
        variation: how much that differs: its variance over the squared mean.
    """

    queued: int
    delivered: int
    scheduled: int = 0
    fresh: int = 0
    orphaned: int = 0
    items: tuple[tuple[int, int], ...] = ()
    oldest_wait: float | None = None
    kinds: tuple[Kind, ...] = ()
    running: tuple[Running, ...] = ()
    ages: tuple[tuple[int, float], ...] = ()
    etas: tuple[float, ...] = ()
    rate: float | None = None
    mean_seconds: float | None = None
    variation: float | None = None


@dataclass(frozen=True)
class Drain:
    """How far a pod has come on its way out.

    Attributes:
        since: when it began, in seconds since the epoch.
        empty: its worker takes nothing more and holds nothing, for certain.
        ranked: the deletion cost that puts it first was seen in our watch, a while ago.
    """

    since: float
    empty: bool = False
    ranked: bool = False


@dataclass(frozen=True)
class Pod:
    """A pod of the target that is not terminating.

    Attributes:
        assigned: a node was found for it.
        pending: its phase is Pending.
        running: a container of it runs, so that it may hold tasks.
        trouble: why it does not become ready, in one word (``Unschedulable``,
            ``ImagePullBackOff``, ``CrashLoopBackOff``, ...); None while nothing is wrong.
        cost: its deletion cost.
        beat: its worker's last heartbeat; None when there was none lately: unknown, not idle.
        slots: its worker's concurrency as last read back; None when unknown.
        most_slots: slots that the node lets it have with the resources that go with a slot;
            None when nothing was refused.
        drain: set when it is on its way out.
        asked_to_go: a person asked for it to be drained.
        ordinal: its number in a StatefulSet; None in a Deployment.
        created: when it was made, in seconds since the epoch.
    """

    name: str
    ready: bool
    assigned: bool = True
    pending: bool = False
    running: bool = True
    trouble: str | None = None
    cost: int = 0
    beat: Heartbeat | None = None
    slots: int | None = None
    most_slots: int | None = None
    drain: Drain | None = None
    asked_to_go: bool = False
    ordinal: int | None = None
    created: float = 0.0

    @property
    def serves(self) -> bool:
        """Whether it is ready and takes tasks."""
        return self.ready and self.drain is None


@dataclass(frozen=True)
class Observation:
    """Everything that a decision is made from.

    Attributes:
        now: seconds since the epoch.
        work: None when the broker did not answer: unknown, not zero.
        unknown_for: seconds since the work was last known; 0 when it is known.
        replicas: what the target's spec says.
        pods: the target's pods, without those that terminate.
        settled: the target's controller has seen its spec and rolls nothing out.
        resizable: the workers' concurrency can be changed.
        held_replicas: what a person asked for; None when nobody holds the pool.
        boot_seconds: from a new pod to its first task, as learned.
        useful_slots: concurrency of a pod above which it was seen to do no more; None when no
            such point was found.
    """

    now: float
    work: Work | None
    replicas: int
    pods: tuple[Pod, ...] = field(default=())
    unknown_for: float = 0.0
    settled: bool = True
    resizable: bool = True
    held_replicas: int | None = None
    boot_seconds: float = 2.0
    useful_slots: int | None = None
