"""Sends batch tasks for movements that wait, and none when none do: their workers can sleep."""

import math
from typing import Final

from celery import Celery
from redis import Redis
from stenofleet.broker import BrokerKeys
from stenofleet.contracts.tasks import LOGS_QUEUE, PROCESS_MOVEMENT_LOGS

from stenofleet_worker import broker
from stenofleet_worker.housekeeping import survive
from stenofleet_worker.movement import partitions
from stenofleet_worker.movement.way_out import WayOut
from stenofleet_worker.services import Services

ITEMS_PER_TASK: Final = 20_000
"""Movements for which one message is sent; a run takes half a second to a second for them, and
goes on as long as there are more. The chart's WorkerPool counts by the same figure."""

MOST_MESSAGES: Final = 16
"""Messages that wait at most: PostgreSQL gains nothing from more writers."""


def kick(services: Services, app: Celery) -> int:
    """Gives back what lost workers held, and sends messages for what waits.

    Returns:
        How many messages were sent.

    Raises:
        kombu.exceptions.OperationalError, redis.RedisError: the broker is away.
    """
    with broker.connected(app) as client:
        way_out = WayOut(client, services.settings.movement_lease_seconds)
        way_out.give_back()
        wanted = messages_for(way_out.length(), _waiting(client))
    if wanted:
        # Before the first of a day is written, its day should have a partition.
        survive(lambda: partitions.make(services.sessions))
    for _ in range(wanted):
        app.send_task(PROCESS_MOVEMENT_LOGS, retry=False, ignore_result=True)
    return wanted


def messages_for(items: int, waiting: int) -> int:
    """How many messages are to be sent for so many items when ``waiting`` are there already."""
    wanted = min(math.ceil(items / ITEMS_PER_TASK), MOST_MESSAGES)
    return max(0, wanted - waiting)


def _waiting(client: Redis) -> int:
    return sum(client.llen(key) for key in BrokerKeys().queue_lists(LOGS_QUEUE))
