"""One look at a pool: everything that its decision is made from, gathered."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stenofleet.broker import BrokerKeys

from stenofleet_autoscaler.act.drains import Drains
from stenofleet_autoscaler.act.sizes import Sizes
from stenofleet_autoscaler.hold import Hold, hold_of
from stenofleet_autoscaler.model import Heartbeat, Observation, Pod, Work
from stenofleet_autoscaler.sense import pods as pod_objects
from stenofleet_autoscaler.sense import target
from stenofleet_autoscaler.sense.broker import Address, Broker
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.spec import PoolSpec
from stenofleet_autoscaler.world import World

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Sight:
    """A pool and its surroundings at one moment.

    Attributes:
        pool: the WorkerPool's object.
        deployment: the target's object; None when it does not exist.
        raw_pods: objects of the target's pods that do not terminate, by name.
        address: where the broker is; None when the Secret does not tell.
        broker: None when its address is unknown or wrong.
        work: None when it is unknown; then `trouble` says why.
        hold: a person's wish.
    """

    pool: Raw
    spec: PoolSpec
    deployment: Raw | None
    raw_pods: dict[str, Raw]
    address: Address | None = None
    broker: Broker | None = None
    work: Work | None = None
    trouble: Unseen | None = None
    hold: Hold | None = None

    @property
    def namespace(self) -> str:
        """Where the pool and all that it names are."""
        return str(self.pool["metadata"]["namespace"])

    @property
    def name(self) -> str:
        """The pool's name."""
        return str(self.pool["metadata"]["name"])

    def run(self, pod: str) -> str:
        """Which run of its containers the pod is in."""
        return pod_objects.containers_started(self.raw_pods[pod])


async def look(world: World, pool: Raw, spec: PoolSpec) -> Sight:
    """Looks at the pool's target, pods and broker."""
    namespace = pool["metadata"]["namespace"]
    deployment = world.store.deployment(namespace, spec.target_ref.name)
    raws = world.store.pods_of(deployment) if deployment else []
    alive = {raw["metadata"]["name"]: raw for raw in raws if not pod_objects.is_gone(raw)}
    hold = hold_of(pool, spec, time.time())
    seen = Sight(pool, spec, deployment, alive, hold=hold)
    try:
        url = await world.secrets.url(namespace, spec.broker.url_secret_ref)
    except Unseen as trouble:
        return _but(seen, trouble=trouble)
    keys = BrokerKeys(spec.broker.key_prefix, spec.broker.priority_step_values)
    return await _with_work(world, _but(seen, address=Address(url, keys)))


async def _with_work(world: World, seen: Sight) -> Sight:
    assert seen.address is not None  # noqa: S101 - the caller has just set it
    broker = None
    try:
        broker = world.brokers.get(seen.address)
        work = await broker.work(seen.spec.demand)
    except Unseen as trouble:
        world.secrets.distrust(seen.namespace, seen.spec.broker.url_secret_ref)
        return _but(seen, broker=broker, trouble=trouble)
    return _but(seen, broker=broker, work=work)


def _but(seen: Sight, **changes: Any) -> Sight:
    return Sight(**(vars(seen) | changes))


def observe(seen: Sight, sizes: Sizes, drains: Drains, unknown_for: float) -> Observation:
    """The observation that is decided on; the target must exist."""
    assert seen.deployment is not None  # noqa: S101 - without a target nothing is decided
    return Observation(
        now=time.time(),
        work=seen.work,
        replicas=target.replicas(seen.deployment),
        pods=tuple(_pod(seen, name, sizes, drains) for name in sorted(seen.raw_pods)),
        unknown_for=unknown_for,
        settled=target.is_settled(seen.deployment),
        resizable=sizes.refusal is None,
        held_replicas=seen.hold.replicas if seen.hold else None,
    )


def _pod(seen: Sight, name: str, sizes: Sizes, drains: Drains) -> Pod:
    raw, run = seen.raw_pods[name], seen.run(name)

    def heartbeat(node: str) -> Heartbeat | None:
        return seen.broker.heartbeat(node) if seen.broker else None

    return pod_objects.view(
        raw,
        heartbeat,
        sizes.slots(name, run),
        lambda since: drains.state(name, since, run, pod_objects.cost(raw)),
    )
