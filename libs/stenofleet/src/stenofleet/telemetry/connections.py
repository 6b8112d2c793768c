"""Connections to Redis, counted where they are pooled, when Prometheus asks."""

import threading
from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

STATE = "db.client.connection.state"
"""OpenTelemetry's name of the attribute by which redis-py tells ``used`` from ``idle``."""


class Pool(Protocol):
    """redis-py's pool, for threads or for the event loop."""

    def get_connection_count(self) -> list[tuple[int, dict[str, Any]]]:
        """Connections by their attributes."""


class RedisConnections(Collector):
    """``stenofleet_redis_connections``, of all pools that are watched and still live."""

    NAME = "stenofleet_redis_connections"
    LABELS = ("client", "state")

    def __init__(self) -> None:
        self._pools: WeakKeyDictionary[Pool, str] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def watch(self, client: str, pool: Pool) -> None:
        """Counts ``pool`` from now on, under the name of what it is for."""
        with self._lock:
            self._pools[pool] = client

    def describe(self) -> Iterable[Metric]:
        """Name and help alone, for the registry."""
        yield self._family()

    def collect(self) -> Iterable[Metric]:
        """The connections as they are now."""
        with self._lock:
            pools = list(self._pools.items())
        family = self._family()
        for (client, state), count in sorted(_counted(pools).items()):
            family.add_metric([client, state], count)
        yield family

    def _family(self) -> GaugeMetricFamily:
        text = "Connections to Redis, by what they are for and whether they are in use."
        return GaugeMetricFamily(self.NAME, text, labels=self.LABELS)


def _counted(pools: Iterable[tuple[Pool, str]]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for pool, client in pools:
        for count, attributes in pool.get_connection_count():
            counts[client, str(attributes[STATE])] += count
    return counts


redis_connections = RedisConnections()
REGISTRY.register(redis_connections)
