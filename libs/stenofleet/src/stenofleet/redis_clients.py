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


def asking_once(address: Address, seconds: float, **options: Any) -> Redis:
    """A client that connects when it is used, and waits ``seconds`` at most for each answer.

    Raises:
        ValueError: redis-py or `Sentinels.read` takes no such URL.
    """
    waits = {**_timeouts(seconds), "retry": Retry(NoBackoff(), 0)}
    if address.by_sentinels:
        master: Redis = _by_sentinels(Sentinel, address, waits, options)
        return master
    return Redis.from_url(address.url, **waits, **address.tls, **options)


def asking_once_async(address: Address, seconds: float, **options: Any) -> aio.Redis:
    """The same for the event loop."""
    waits = {**_timeouts(seconds), "retry": AioRetry(NoBackoff(), 0)}
    if address.by_sentinels:
        master: aio.Redis = _by_sentinels(AioSentinel, address, waits, options)
        return master
    return aio.Redis.from_url(address.url, **waits, **address.tls, **options)


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
