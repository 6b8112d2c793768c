"""What all pools share."""

from dataclasses import dataclass

from stenofleet_autoscaler.act.events import Events
from stenofleet_autoscaler.act.kube import Kube
from stenofleet_autoscaler.sense.brokers import Brokers
from stenofleet_autoscaler.sense.secrets import Secrets
from stenofleet_autoscaler.store import Store


@dataclass(frozen=True)
class World:
    """The API server's objects as seen, the way to change them, and the brokers."""

    store: Store
    kube: Kube
    secrets: Secrets
    brokers: Brokers
    events: Events
