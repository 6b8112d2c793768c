"""This operator: the same decision, fed with what sensing would have told it."""

import math
from collections import Counter

from stenofleet_autoscaler.decide import Decision, Policy
from stenofleet_autoscaler.learn import Arrivals, Durations
from stenofleet_autoscaler.model import Drain, Heartbeat, Kind, Observation, Pod, Running, Work
from stenofleet_autoscaler.simulate.pod import HEARTBEAT, Delivery, SimPod
from stenofleet_autoscaler.simulate.world import World

TICK = 0.5
"""Seconds between two looks: the chart's ``operator.tickSeconds``."""

REST = 5.0
"""Seconds without any change after which nothing new can be seen: past heartbeats, `FRESH`."""

FRESH = 4.0
"""Seconds in which no heartbeat may tell of a delivery: as in ``sense.deliveries``."""

SETTLING = 1.0
"""Seconds between the deletion cost and the trust in it: as in ``act.drains``."""

ORPHANED_AFTER = 30.0
"""Seconds after which a dead worker's messages are given back."""

SAMPLE = 200
"""Kinds of queued tasks that are told of, at most."""

EPOCH = 1e6
"""The clock at the trace's beginning: a time of day is never near zero."""


class Operator:
    """Ticks twice a second while anything changes, and each fifth second while nothing does."""

    floor: int = 0
    grid: float | None = TICK

    def __init__(self) -> None:
        self._policy = Policy()
        self._learned, self._arrivals = Durations(), Arrivals()
        self._known_at = 0.0

    def begin(self, world: World) -> float:
        """Workers start with the fewest slots, and the operator raises them."""
        world.target.start_slots = world.setting.fewest_slots
        world.target.begin_with(world.target.wanted)
        self._spec = world.setting.spec()
        return 0.0

    def on_finish(self, delivery: Delivery, now: float) -> None:
        """Learns how long such a task takes."""
        task = delivery.task
        self._learned.finished(task.name, now - delivery.at, task.work, EPOCH + now)

    def tick(self, world: World) -> float:
        """Looks, decides, acts."""
        if world.broker.up:
            self._known_at = world.now
            world.give_back(ORPHANED_AFTER)
        self._advance_drains(world)
        self._act(world, self._policy.decide(self._observe(world), self._spec))
        return world.now + self._pause(world)

    def _pause(self, world: World) -> float:
        if (
            not world.target.pods
            and not world.unacked
            and not len(world.broker)
            and not world.target.wanted
        ):
            return math.inf
        busy = len(world.broker) or any(pod.draining_since is not None for pod in world.target.pods)
        return TICK if busy or world.now - world.changed_at < REST else REST

    # what it sees

    def _observe(self, world: World) -> Observation:
        return Observation(
            now=EPOCH + world.now,
            work=self._work(world) if world.broker.up else None,
            replicas=world.target.wanted,
            pods=tuple(self._pod(pod, world) for pod in world.target.alive),
            unknown_for=world.now - self._known_at,
            settled=len(world.target.alive) == world.target.wanted,
            boot_seconds=world.setting.boot,
        )

    def _work(self, world: World) -> Work:
        broker, now = world.broker, world.now
        held = [each for pod in world.target.pods for each in pod.running.values()]
        oldest, mean = broker.oldest(), self._learned.mean()
        self._arrivals.saw(now, broker.arrived, 0)
        return Work(
            queued=len(broker),
            delivered=world.unacked,
            fresh=sum(now - each.at < FRESH for each in held),
            orphaned=len(broker.lost),
            oldest_wait=None if oldest is None else now - oldest,
            kinds=self._kinds(world),
            running=self._running(held, now),
            rate=self._arrivals.pace(mean or 0.0),
            ages=self._arrivals.ages(len(broker)),
            mean_seconds=mean,
            variation=self._learned.variation(),
        )

    def _kinds(self, world: World) -> tuple[Kind, ...]:
        seen = list(world.broker.kinds.items())[:SAMPLE]
        share = len(world.broker) / max(1, sum(count for _, count in seen))
        expected = self._learned.expected
        return tuple(Kind(round(count * share), expected(*key)) for key, count in seen)

    def _running(self, held: list[Delivery], now: float) -> tuple[Running, ...]:
        alike: Counter[float | None] = Counter()
        for each in held:
            left = self._learned.remaining(each.task.name, each.task.work, now - each.at)
            alike[left] += 1
        return tuple(Running(count, left) for left, count in alike.items())

    def _pod(self, pod: SimPod, world: World) -> Pod:
        return Pod(
            name=pod.name,
            ready=pod.ready,
            pending=not pod.ready and not pod.restarts,
            running=pod.ready,
            cost=pod.cost,
            beat=_beat(pod, world),
            slots=pod.slots if pod.ready else None,
            drain=_drain(pod, world.now),
            created=EPOCH + pod.created,
        )

    # what it does

    def _act(self, world: World, decision: Decision) -> None:
        by_name = {pod.name: pod for pod in world.target.pods}
        for name in decision.drain:
            pod = by_name[name]
            pod.draining_since, pod.consuming = world.now, False
        for name in decision.undrain:
            pod = by_name[name]
            pod.draining_since, pod.cost_at, pod.cost, pod.consuming = None, None, 0, True
        if decision.concurrency is not None:
            for pod in world.target.alive:
                if pod.ready and pod.draining_since is None:
                    world.target.resize(pod, decision.concurrency)
        world.target.scale(decision.replicas)

    def _advance_drains(self, world: World) -> None:
        for pod in world.target.alive:
            if pod.draining_since is None or pod.cost_at is not None:
                continue
            if not pod.ready or _proven_empty(pod, world.now):
                pod.cost_at, pod.cost = world.now, -1000


def _drain(pod: SimPod, now: float) -> Drain | None:
    if pod.draining_since is None:
        return None
    return Drain(
        since=EPOCH + pod.draining_since,
        empty=pod.ready and pod.cost_at is not None,
        ranked=pod.cost_at is not None and now - pod.cost_at >= SETTLING,
    )


def _proven_empty(pod: SimPod, now: float) -> bool:
    """Two heartbeats with nothing active came since it consumes no more."""
    if pod.running or pod.draining_since is None:
        return False
    idle = max(pod.draining_since, pod.idle_since)
    first = pod.phase + HEARTBEAT * (math.floor((idle - pod.phase) / HEARTBEAT) + 1)
    return now >= first + HEARTBEAT


def _beat(pod: SimPod, world: World) -> Heartbeat | None:
    told = pod.last_beat(world.now) if world.broker.up else None
    if told is None:
        return None
    at, active, processed = told
    return Heartbeat(EPOCH + at, active, processed, f"celery@{pod.name}")
