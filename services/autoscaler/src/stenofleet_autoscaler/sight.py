"""One look at a pool: everything that its decision is made from, gathered."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from stenofleet.broker import BrokerKeys

from stenofleet_autoscaler.hold import Hold
from stenofleet_autoscaler.model import Heartbeat, Pod, Work
from stenofleet_autoscaler.sense import pods as pod_objects
from stenofleet_autoscaler.sense.broker import Broker
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import Reading
from stenofleet_autoscaler.shares import Share
from stenofleet_autoscaler.spec import PoolSpec

if TYPE_CHECKING:
    from stenofleet_autoscaler.act.care import Care

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """What a round saw of a pool's broker.

    Attributes:
        broker: None when its address is unknown or wrong.
        trouble: why the broker did not answer; None when it did.
        reading: what it said.
        shares: the pool's part of the queues that others consume as well.
        suspected: by queue, tasks whose worker is gone as far as is known.
    """

    broker: Broker | None = None
    trouble: Unseen | None = None
    reading: Reading | None = None
    shares: Mapping[str, Share] = field(default_factory=dict)
    suspected: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Sight:
    """A pool and its surroundings at one moment.

    Attributes:
        pool: the WorkerPool's object.
        target: the target's object; None when it does not exist.
        raw_pods: objects of the target's pods that do not terminate, by name.
        look: what was seen of the broker.
        work: None when it is unknown; then `trouble` says why.
        trouble: why the work is unknown.
        hold: a person's wish.
    """

    pool: Raw
    spec: PoolSpec
    target: Raw | None
    raw_pods: Mapping[str, Raw]
    look: Look
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

    @property
    def keys(self) -> BrokerKeys:
        """Where the app keeps its messages in Redis."""
        return keys_of(self.spec)

    def run(self, pod: str) -> str:
        """Which run of its containers the pod is in."""
        return pod_objects.containers_started(self.raw_pods[pod])

    def heartbeat(self, pod: str) -> Heartbeat | None:
        """The last heartbeat of a pod's worker; None when it is silent."""
        return heartbeat_in(self.look, self.keys, pod)


def heartbeat_in(look: Look, keys: BrokerKeys, pod: str) -> Heartbeat | None:
    """The last heartbeat of a pod's worker; None when it is silent."""
    if look.broker is None:
        return None
    return look.broker.heartbeats(keys).of_host(pod_objects.host_name(pod))


def keys_of(spec: PoolSpec) -> BrokerKeys:
    """Where the app keeps its messages in Redis."""
    broker = spec.broker
    return BrokerKeys(broker.key_prefix, broker.priority_step_values, broker.priority_separator)


def pods_seen(seen: Sight, care: "Care") -> tuple[Pod, ...]:
    """The target's pods as decisions see them."""
    return tuple(_pod(seen, name, care) for name in sorted(seen.raw_pods))


def _pod(seen: Sight, name: str, care: "Care") -> Pod:
    raw, run, spec = seen.raw_pods[name], seen.run(name), seen.spec
    pod = pod_objects.view(
        raw,
        seen.heartbeat(name),
        care.sizes.slots(name, run),
        lambda since: care.drains.state(name, since, run, pod_objects.cost(raw)),
    )
    if spec.resources is None:
        return pod
    most = care.resources.most_slots(raw, spec.resources, spec.concurrency.max)
    return replace(pod, most_slots=most)
