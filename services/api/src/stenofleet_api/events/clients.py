"""Clients of Redis for the event loop."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from stenofleet.telemetry.connections import redis_connections


def asking_once(url: str, seconds: float) -> Redis:
    """A client that connects when it is used, and waits ``seconds`` at most for each answer."""
    client = Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=seconds,
        socket_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
    )
    redis_connections.watch("events", client.connection_pool)
    return client
