"""One run of the batch task: batch after batch until the list is empty or its time is over."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import psycopg2
import structlog
from celery import Celery
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from stenofleet_worker import broker, metrics
from stenofleet_worker.errors import MovementsLeft
from stenofleet_worker.movement import leases, rows, writer
from stenofleet_worker.movement.way_out import WayOut
from stenofleet_worker.services import Services

log = structlog.get_logger(__name__)

RUN_SECONDS: Final = 30.0
"""After which a run begins no further batch: a drain waits for it, and others wait their turn."""

Figures = dict[str, int]


@dataclass(frozen=True)
class Batch:
    """What was taken together: the list it lies in, and its items as they were judged."""

    name: str
    items: rows.Items


def perform(services: Services, app: Celery) -> Figures:
    """Writes what waits; several runs at once share it.

    Returns:
        ``written``, ``duplicates`` and ``dead``, and how many are ``left`` in the list.

    Raises:
        MovementsLeft: Redis or PostgreSQL went away; what was not written goes back to the list.
    """
    try:
        with broker.connected(app) as client:
            return _perform(services, WayOut(client, services.settings.movement_lease_seconds))
    except (RedisError, BrokerError) as error:
        raise MovementsLeft("Redis", error) from None
    except (psycopg2.Error, DBAPIError) as error:
        raise MovementsLeft("PostgreSQL", error) from None


def _perform(services: Services, way_out: WayOut) -> Figures:
    total = {"written": 0, "duplicates": 0, "dead": 0}
    with leases.renewed(way_out, services.settings.movement_lease_seconds) as held:
        for batch in _batches(held, services.settings.movement_batch_size, _go_on(services)):
            for name, count in _written(services, batch).items():
                total[name] += count
            held.release(batch.name)
    return {**total, "left": way_out.length()}


def _batches(held: leases.Leases, size: int, go_on: Callable[[], bool]) -> Iterator[Batch]:
    """The next batch is taken and judged while the one before is being written."""

    def take() -> Batch | None:
        if not go_on():
            return None
        name, items = held.take(size)
        return Batch(name, rows.judged(items)) if items else None

    with ThreadPoolExecutor(1, thread_name_prefix="movements") as ahead:
        coming = ahead.submit(take)
        while batch := coming.result():
            coming = ahead.submit(take)
            yield batch


def _go_on(services: Services) -> Callable[[], bool]:
    ends = time.monotonic() + RUN_SECONDS
    return lambda: time.monotonic() < ends and not services.stopping.is_set()


def _written(services: Services, batch: Batch) -> Figures:
    outcome = services.database.run(lambda db: writer.write(db, batch.items))
    if outcome.dead:
        log.warning("movements became dead letters", count=len(outcome.dead))
    figures = {
        "written": outcome.written,
        "duplicates": outcome.duplicates,
        "dead": len(outcome.dead),
    }
    metrics.count_movements(figures)
    return figures
