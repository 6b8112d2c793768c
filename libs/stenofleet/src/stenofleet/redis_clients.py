"""Clients of Redis that ask once: whoever uses them knows better what to do than to ask again.

Behind Sentinels a client asks them for the master whenever it connects, so that after a failover
the next request reaches the new one.
"""

from typing import Any

from redis import Redis
from redis import asyncio as aio
from redis.asyncio.retry import Retry as AioRetry
from redis.asyncio.sentinel import Sentinel as AioSentinel
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from stenofleet.redis_address import Address, Sentinels
from stenofleet.telemetry.connections import redis_connections


def asking_once(address: Address, seconds: float, name: str | None = None, **options: Any) -> Redis:
    """A client that connects when it is used.

    Args:
        address: where Redis is, or the Sentinels that know it.
        seconds: to connect, and for each answer, until it counts as away.
        name: what the client is for, in the metrics; None for one that is used once.
        options: others that redis-py takes.

    Raises:
        ValueError: redis-py or `Sentinels.read` takes no such URL.
    """
    waits = {**_timeouts(seconds), "retry": Retry(NoBackoff(), 0)}
    client: Redis = _client(Redis, Sentinel, address, waits, options)
    _count(client, name)
    return client


def asking_once_async(
    address: Address, seconds: float, name: str | None = None, **options: Any
) -> aio.Redis:
    """The same for the event loop."""
    waits = {**_timeouts(seconds), "retry": AioRetry(NoBackoff(), 0)}
    client: aio.Redis = _client(aio.Redis, AioSentinel, address, waits, options)
    _count(client, name)
    return client


def address_of(client: Redis, master: str | None) -> str:
    """Where a client connects to, without its password; ``master`` is what Sentinels name it."""
    told = client.connection_pool.connection_kwargs
    if "path" in told:
        return str(told["path"])
    place = f"{told['host']}:{told['port']}" if "host" in told else f"the master {master}"
    return f"{place}, database {database_of(client)}"


def database_of(client: Redis | aio.Redis) -> int:
    """The number of the client's database; it is a part of the names of Celery's channels."""
    return int(client.connection_pool.connection_kwargs.get("db") or 0)


def clock_of(client: Redis) -> float:
    """Redis' own time, in seconds of the epoch."""
    seconds, microseconds = client.time()
    return float(seconds + microseconds / 1e6)


def _client(
    kind: Any, sentinel: Any, address: Address, waits: dict[str, Any], options: dict[str, Any]
) -> Any:
    if address.by_sentinels:
        return _by_sentinels(sentinel, address, waits, options)
    return kind.from_url(address.url, **waits, **address.tls, **options)


def _count(client: Redis | aio.Redis, name: str | None) -> None:
    if name is not None:
        redis_connections.watch(name, client.connection_pool)


def _timeouts(seconds: float) -> dict[str, Any]:
    return {"socket_connect_timeout": seconds, "socket_timeout": seconds}


def _by_sentinels(
    kind: Any, address: Address, waits: dict[str, Any], options: dict[str, Any]
) -> Any:
    found = Sentinels.read(address.url)
    shared = {**waits, **address.tls, "ssl": bool(address.tls)}
    sentinels = kind(found.hosts, sentinel_kwargs={**shared, "password": address.sentinel_password})
    login = {"username": found.username, "password": found.password, "db": found.database}
    return sentinels.master_for(address.master, **shared, **login, **options)
