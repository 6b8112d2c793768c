"""The pool of connections to PostgreSQL, with what Prometheus reads of it."""

import time
from collections.abc import Iterable
from typing import Any
from weakref import WeakSet

from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

CONNECTION_WAIT = Histogram(
    "stenofleet_database_connection_wait_seconds",
    "Time until a connection was there: from the pool, tested, or made anew.",
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30),
)
POOL_TIMEOUTS = Counter(
    "stenofleet_database_pool_timeouts_total",
    "Times that no connection of the pool became free while somebody waited for one.",
)


class MeteredPool(QueuePool):
    """SQLAlchemy's pool, which tells how long its users wait."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.limit = options.get("pool_size", 5) + options.get("max_overflow", 10)
        database_connections.watch(self)

    def connect(self) -> PoolProxiedConnection:
        """A connection, from whoever gave one back or from the server."""
        began = time.monotonic()
        try:
            return super().connect()
        except PoolTimeout:
            POOL_TIMEOUTS.inc()
            raise
        finally:
            CONNECTION_WAIT.observe(time.monotonic() - began)


class DatabaseConnections(Collector):
    """Connections of this process's pools, and how many there may be."""

    NAME = "stenofleet_database_connections"
    LIMIT = "stenofleet_database_connections_limit"
    LABELS = ("state",)

    def __init__(self) -> None:
        self._pools: WeakSet[MeteredPool] = WeakSet()

    def watch(self, pool: MeteredPool) -> None:
        """Counts ``pool`` from now on."""
        self._pools.add(pool)

    def describe(self) -> Iterable[Metric]:
        """Names and helps alone, for the registry."""
        return self._families()

    def collect(self) -> Iterable[Metric]:
        """The connections as they are now; nothing of a process without a pool."""
        connections, limit = self._families()
        pools = list(self._pools)
        if pools:
            connections.add_metric(["used"], sum(pool.checkedout() for pool in pools))
            connections.add_metric(["idle"], sum(pool.checkedin() for pool in pools))
            limit.add_metric([], sum(pool.limit for pool in pools))
        return connections, limit

    def _families(self) -> tuple[GaugeMetricFamily, GaugeMetricFamily]:
        text = "Connections to PostgreSQL, by whether they are in use."
        most = "Connections to PostgreSQL that the pool may have at most."
        return (
            GaugeMetricFamily(self.NAME, text, labels=self.LABELS),
            GaugeMetricFamily(self.LIMIT, most, labels=()),
        )


database_connections = DatabaseConnections()
REGISTRY.register(database_connections)
