"""Pools of connections: what they hold is told, and those that are gone are not."""

import gc
import sqlite3

import pytest
from prometheus_client import REGISTRY, CollectorRegistry
from redis import ConnectionPool
from redis.asyncio import ConnectionPool as AsyncConnectionPool
from sqlalchemy.exc import TimeoutError as PoolTimeout
from stenofleet.db.metered import DatabaseConnections, MeteredPool
from stenofleet.telemetry.connections import RedisConnections


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


def test_redis_pools_of_one_client_are_counted_together_until_they_go() -> None:
    registry, watched = CollectorRegistry(), RedisConnections()
    registry.register(watched)
    threads, loop = ConnectionPool(), AsyncConnectionPool()
    for pool in (threads, loop):
        watched.watch("broker", pool)
    name = "stenofleet_redis_connections"
    assert value(registry, name, client="broker", state="used") == 0.0

    threads._in_use_connections.add(threads.make_connection())  # no server is asked
    assert value(registry, name, client="broker", state="used") == 1.0

    del threads, loop, pool
    gc.collect()
    assert value(registry, name, client="broker", state="used") is None


def test_a_database_pool_tells_its_connections_its_limit_and_who_waited_in_vain() -> None:
    registry, watched = CollectorRegistry(), DatabaseConnections()
    registry.register(watched)
    pool = MeteredPool(
        lambda: sqlite3.connect(":memory:"), pool_size=1, max_overflow=0, timeout=0.01
    )
    watched.watch(pool)
    timeouts = REGISTRY.get_sample_value("stenofleet_database_pool_timeouts_total") or 0.0
    waits = "stenofleet_database_connection_wait_seconds_count"
    waited = REGISTRY.get_sample_value(waits) or 0.0

    used = pool.connect()
    with pytest.raises(PoolTimeout):
        pool.connect()

    name = "stenofleet_database_connections"
    assert value(registry, name, state="used") == 1.0
    assert value(registry, f"{name}_limit") == 1.0
    assert REGISTRY.get_sample_value("stenofleet_database_pool_timeouts_total") == timeouts + 1
    assert REGISTRY.get_sample_value(waits) == waited + 2
    used.close()
    assert value(registry, name, state="used") == 0.0
    assert value(registry, name, state="idle") == 1.0


def test_a_process_without_a_database_tells_nothing_of_one() -> None:
    registry = CollectorRegistry()
    registry.register(DatabaseConnections())
    assert value(registry, "stenofleet_database_connections_limit") is None
