"""What all pools share."""

from dataclasses import dataclass

from stenofleet_autoscaler.act.events import Events
from stenofleet_autoscaler.act.kube import Kube
from stenofleet_autoscaler.learn import Memory
from stenofleet_autoscaler.sense.brokers import Brokers
from stenofleet_autoscaler.sense.secrets import Secrets
from stenofleet_autoscaler.store import Store


@dataclass(frozen=True)
class World:
    """The API server's objects and the way to change them, the brokers, and what was learned."""

    store: Store
    kube: Kube
    secrets: Secrets
    brokers: Brokers
    events: Events
    memory: Memory
