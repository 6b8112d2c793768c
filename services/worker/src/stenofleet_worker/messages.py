"""What housekeeping asks and removes in the broker."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from celery import Celery
from redis import Redis
from stenofleet.broker import BrokerKeys, missing_task_ids
from stenofleet.contracts.tasks import TRANSCRIPTION_QUEUE

from stenofleet_worker import stale


def missing(app: Celery, task_ids: Sequence[str]) -> set[str]:
    """Those of the tasks that no list of the transcription queue holds, and no worker.

    Raises:
        kombu.exceptions.OperationalError, redis.RedisError: the broker is away.
    """
    with _broker(app) as client:
        return missing_task_ids(client, BrokerKeys(), [TRANSCRIPTION_QUEUE], task_ids)


def forget(app: Celery, valid: Mapping[str, stale.Number]) -> None:
    """Removes deliveries to lost workers, see `stale.forget_deliveries`.

    Raises:
        kombu.exceptions.OperationalError, redis.RedisError: the broker is away.
    """
    if valid:
        with _broker(app) as client:
            stale.forget_deliveries(client, BrokerKeys(), valid)


@contextmanager
def _broker(app: Celery) -> Iterator[Redis]:
    """Kombu's own client, which knows every kind of broker URL; reading with it restores nothing.

    Raises:
        kombu.exceptions.OperationalError, redis.RedisError: the broker is away.
    """
    with app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        yield channel.client
