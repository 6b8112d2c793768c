"""Messages of the transcription queue, as housekeeping asks for them and removes them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from celery import Celery
from sqlalchemy import ColumnElement, exists, func, or_
from stenofleet.broker import BrokerKeys, missing_task_ids
from stenofleet.contracts.tasks import TRANSCRIPTION_QUEUE
from stenofleet.db.models import Outbox

from stenofleet_worker import broker, stale

RESTORE_AFTER: Final = timedelta(seconds=10)
"""How long a session or a window waits before its message is looked for in Redis."""


def missing(app: Celery, task_ids: Sequence[str]) -> set[str]:
    """Those of the tasks that no list of the transcription queue holds, and no worker.

    Raises:
        kombu.exceptions.OperationalError, redis.RedisError: the broker is away.
    """
    with broker.connected(app) as client:
        return missing_task_ids(client, BrokerKeys(), [TRANSCRIPTION_QUEUE], task_ids)


def forget(app: Celery, valid: Mapping[str, stale.Number]) -> None:
    """Removes deliveries to lost workers, see `stale.forget_deliveries`.

    Raises:
        kombu.exceptions.OperationalError, redis.RedisError: the broker is away.
    """
    if valid:
        with broker.connected(app) as client:
            stale.forget_deliveries(client, BrokerKeys(), valid)


def on_its_way(*mine: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of these rows of the outbox is to be published, or was just now."""
    just_now = Outbox.published_at > func.now() - RESTORE_AFTER
    return exists().where(*mine, or_(Outbox.published_at.is_(None), just_now))
