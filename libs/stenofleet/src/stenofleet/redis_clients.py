"""Clients of Redis that ask once: whoever uses them knows better what to do than to ask again."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def is_direct(url: str) -> bool:
    """Whether Redis' own clients understand it: kombu's sentinel:// URLs are none of theirs."""
    return not url.startswith("sentinel://")


def asking_once(url: str, seconds: float) -> Redis:
    """A client that connects when it is used, and waits ``seconds`` at most for each answer."""
    return Redis.from_url(
        url,
        socket_connect_timeout=seconds,
        socket_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
    )
