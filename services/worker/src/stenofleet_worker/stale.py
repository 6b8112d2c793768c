"""Forgets deliveries to lost workers that a newer attempt has made void.

Nothing in Celery gives back what a killed worker held before the visibility timeout, and until
then it looks like a task that runs: whoever counts work in flight would keep a worker for it.
"""

from collections.abc import Mapping

from redis import Redis
from stenofleet.broker import BrokerKeys, parse_delivery
from stenofleet.contracts.headers import ATTEMPT, DELIVERY

Number = tuple[int, int]
"""A message's fencing number: attempt, and for a window which sending of it (else 0)."""


def forget_deliveries(client: Redis, keys: BrokerKeys, valid: Mapping[str, Number]) -> int:
    """Removes the deliveries of these tasks whose fencing number is too low to do anything.

    Should the worker live after all, its acknowledgement finds nothing, which is no error.

    Args:
        client: the broker's database.
        keys: where the app keeps what it keeps.
        valid: the fencing number that counts, by task id.

    Returns:
        How many deliveries were removed.
    """
    tags = [tag for tag, raw in client.hscan_iter(keys.unacked, count=200) if _is_void(raw, valid)]
    if tags:
        with client.pipeline() as pipe:
            pipe.hdel(keys.unacked, *tags)
            pipe.zrem(keys.unacked_index, *tags)
            pipe.execute()
    return len(tags)


def _is_void(raw: bytes, valid: Mapping[str, Number]) -> bool:
    delivery = parse_delivery(raw)
    if delivery is None or delivery.message.task_id not in valid:
        return False
    headers = delivery.message.headers
    attempt, sending = headers.get(ATTEMPT), headers.get(DELIVERY, 0)
    if not isinstance(attempt, int) or not isinstance(sending, int):
        return False
    return (attempt, sending) < valid[delivery.message.task_id]
