"""Looks at one pool: its Secrets, its target, its pods, and what its broker said of its work."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from stenofleet_autoscaler.act.hands import Hands
from stenofleet_autoscaler.act.workers import node_of
from stenofleet_autoscaler.celery_names import Census
from stenofleet_autoscaler.hold import TargetScale, hold_of
from stenofleet_autoscaler.lessons import Lessons
from stenofleet_autoscaler.model import Observation, Pod, Work
from stenofleet_autoscaler.sense import pods as pod_objects
from stenofleet_autoscaler.sense import target
from stenofleet_autoscaler.sense.connection import Address
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import QueueReading
from stenofleet_autoscaler.sight import Look, Sight, heartbeat_in, keys_of, pods_seen
from stenofleet_autoscaler.spec import Demand, PoolSpec, SecretRef
from stenofleet_autoscaler.work import work_of
from stenofleet_autoscaler.world import World

Raw = Mapping[str, Any]


class Eyes:
    """The eyes of one pool, with what they must remember between two ticks."""

    def __init__(self, world: World, namespace: str) -> None:
        self._world = world
        self._namespace = namespace
        self._unknown_since: float | None = None

    def address(self, spec: PoolSpec) -> Address:
        """Where the pool's broker is.

        Raises:
            Unseen: a Secret does not tell, or was not read yet.
        """

        def value(ref: SecretRef | None) -> str | None:
            return None if ref is None else self._world.secrets.value(self._namespace, ref)

        broker, sentinel = spec.broker, spec.broker.sentinel
        return Address(
            url=self._world.secrets.value(self._namespace, broker.url_secret_ref),
            ca=value(broker.ca_secret_ref),
            sentinel_master=sentinel.master_name if sentinel else None,
            sentinel_password=value(sentinel.password_secret_ref) if sentinel else None,
        )

    def distrust_secrets(self, spec: PoolSpec) -> None:
        """The broker did not answer: what the Secrets say may have changed."""
        broker = spec.broker
        extra = broker.sentinel.password_secret_ref if broker.sentinel else None
        for ref in (broker.url_secret_ref, broker.ca_secret_ref, extra):
            if ref is not None:
                self._world.secrets.distrust(self._namespace, ref)

    def target(self, spec: PoolSpec) -> Raw | None:
        """The target's object; None when it does not exist."""
        ref = spec.target_ref
        return self._world.store.target(self._namespace, ref.kind, ref.name)

    def sees_no_work(self, demand: Demand, look: Look) -> bool:
        """Whether the broker said that there is none at all; not if it did not answer."""
        reading = look.reading
        if reading is None or look.suspected or not reading.complete:
            return False
        return all(
            isinstance(queue := reading.queues[name], QueueReading)
            and queue.depth == 0
            and name not in reading.in_flight
            for name in demand.queues
        ) and all(reading.lists[each.key] == 0 for each in demand.lists)

    def pods(self, spec: PoolSpec) -> list[Raw]:
        """The target's pods, those that terminate or have ended included."""
        ref = spec.target_ref
        return self._world.store.pods_of((self._namespace, ref.kind, ref.name))

    def active(self, spec: PoolSpec, look: Look) -> int:
        """Tasks that its workers say they run."""
        names = (raw["metadata"]["name"] for raw in self.pods(spec))
        beats = (heartbeat_in(look, keys_of(spec), name) for name in names)
        return sum(beat.active for beat in beats if beat)

    def nodes(self, spec: PoolSpec, look: Look) -> Iterator[tuple[str, str]]:
        """What may hold messages: node names, and which run of its containers each is in."""
        for raw in self.pods(spec):
            if pod_objects.may_hold_tasks(raw):
                name, uid = raw["metadata"]["name"], raw["metadata"]["uid"]
                beat = heartbeat_in(look, keys_of(spec), name)
                yield node_of(name, beat), f"{uid}/{pod_objects.containers_started(raw)}"

    def census(self, spec: PoolSpec, look: Look, hands: Hands) -> Census:
        """Who works on the pool's queues, and how deep they are."""
        queues = look.reading.queues if look.reading else {}
        beats: dict[str, int] = {}
        slots: list[int | None] = []
        for raw in self.pods(spec):
            beat = heartbeat_in(look, keys_of(spec), raw["metadata"]["name"])
            if beat is not None:
                beats[beat.node.rpartition("@")[2]] = beat.active
                run = pod_objects.containers_started(raw)
                slots.append(hands.sizes.slots(raw["metadata"]["name"], run))
        found = {name: queues.get(name) for name in spec.demand.queues}
        depths = {name: q.depth for name, q in found.items() if isinstance(q, QueueReading)}
        told = [each for each in slots if each is not None]
        return Census(depths, beats, sum(told) if len(told) == len(slots) else None)

    def sight(self, pool: Raw, spec: PoolSpec, look: Look, hands: Hands) -> Sight:
        """The pool and its surroundings, without the work of its queues."""
        found = self.target(spec)
        raws = [raw for raw in self.pods(spec) if not pod_objects.is_gone(raw)]
        scale = TargetScale(target.replicas(found), _scaler(found, hands)) if found else None
        return Sight(
            pool=pool,
            spec=spec,
            target=found,
            raw_pods={raw["metadata"]["name"]: raw for raw in raws},
            look=look,
            trouble=look.trouble,
            hold=hold_of(pool, spec, time.time(), scale),
        )

    def observe(self, sight: Sight, hands: Hands, lessons: Lessons) -> tuple[Sight, Observation]:
        """The same with the work, and the observation that is decided on; the target must exist."""
        found = sight.target
        assert found is not None  # noqa: S101 - without a target nothing is decided
        pods = pods_seen(sight, hands.care)
        sight = self._with_work(sight, pods, lessons)
        learned, bounds = lessons.learned, sight.spec.concurrency
        return sight, Observation(
            now=time.time(),
            work=sight.work,
            replicas=target.replicas(found),
            pods=pods,
            unknown_for=self._unknown_for(sight.work),
            settled=target.is_settled(found),
            resizable=hands.sizes.refusal is None and hands.sizes.stuck is None,
            held_replicas=sight.hold.replicas if sight.hold else None,
            boot_seconds=learned.boots.seconds(),
            useful_slots=learned.knee.useful(bounds.min, bounds.max, time.time()),
        )

    def _with_work(self, sight: Sight, pods: tuple[Pod, ...], lessons: Lessons) -> Sight:
        look, demand = sight.look, sight.spec.demand
        if look.reading is None:
            return sight
        lessons.see(time.time(), pods, demand.queues, look.reading)
        try:
            work = work_of(demand, look.reading, look.shares, lessons.learned.durations)
        except Unseen as trouble:
            return replace(sight, trouble=trouble)
        orphaned = sum(look.suspected.get(queue, 0) for queue in demand.queues)
        return replace(sight, work=_paced(replace(work, orphaned=orphaned), lessons))

    def _unknown_for(self, work: Work | None) -> float:
        if work is not None:
            self._unknown_since = None
            return 0.0
        if self._unknown_since is None:
            self._unknown_since = time.monotonic()
        return time.monotonic() - self._unknown_since


def _paced(work: Work, lessons: Lessons) -> Work:
    lessons.arrived(time.time(), work.queued + work.scheduled)
    arrivals = lessons.learned.arrivals
    return replace(
        work, rate=arrivals.pace(work.mean_seconds or 0.0), ages=arrivals.ages(work.queued)
    )


def _scaler(found: Raw, hands: Hands) -> str | None:
    """Who wrote the target's replicas last, unless our watch is only behind our own write."""
    if hands.own_scales.explain(target.replicas(found)):
        return None
    return target.last_scaler(found)
