"""Clients of Redis that ask once: whoever uses them knows better what to do than to ask again."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from stenofleet.telemetry.connections import redis_connections


def is_direct(url: str) -> bool:
    """Whether Redis' own clients understand it: kombu's sentinel:// URLs are none of theirs."""
    return not url.startswith("sentinel://")


def asking_once(url: str, seconds: float, name: str | None = None) -> Redis:
    """A client that connects when it is used, and waits ``seconds`` at most for each answer.

    Args:
        url: where Redis is.
        seconds: until a Redis that does not answer counts as away.
        name: what the client is for, in the metrics; None for one that is used once.
    """
    client = Redis.from_url(
        url,
        socket_connect_timeout=seconds,
        socket_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
    )
    if name is not None:
        redis_connections.watch(name, client.connection_pool)
    return client
