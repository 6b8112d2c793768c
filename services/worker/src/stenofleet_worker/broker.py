"""The broker's Redis, for what is no message."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery
from redis import Redis


@contextmanager
def connected(app: Celery) -> Iterator[Redis]:
    """Kombu's own client, which knows every kind of broker URL; reading with it restores nothing.

    Raises:
        kombu.exceptions.OperationalError, redis.RedisError: the broker is away.
    """
    with app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        yield channel.client
