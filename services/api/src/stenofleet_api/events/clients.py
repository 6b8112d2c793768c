"""Clients of Redis for the event loop."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff


def asking_once(url: str, seconds: float) -> Redis:
    """A client that connects when it is used, and waits ``seconds`` at most for each answer."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=seconds,
        socket_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
    )
