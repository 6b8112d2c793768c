"""What all pools share."""

import asyncio
from dataclasses import dataclass, field

from stenofleet_autoscaler.act.events import Events
from stenofleet_autoscaler.act.kube import Kube
from stenofleet_autoscaler.learn import Memory
from stenofleet_autoscaler.records import Records
from stenofleet_autoscaler.sense.brokers import Brokers
from stenofleet_autoscaler.sense.secrets import Secrets
from stenofleet_autoscaler.watch.store import Store

AT_ONCE = 16


@dataclass(frozen=True)
class World:
    """The API server's objects and the way to change them, the brokers, and what was learned.

    Attributes:
        turns: pools that talk with the API server at a time: were it all of a thousand, nothing
            else would get its turn, the renewal of the Lease not even.
    """

    store: Store
    kube: Kube
    secrets: Secrets
    brokers: Brokers
    events: Events
    memory: Memory
    records: Records
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
