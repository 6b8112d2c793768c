"""Which tasks are in the broker no more: neither queued nor held by a worker."""

from collections.abc import Collection, Iterable, Iterator

from redis import Redis

from stenofleet.broker.keys import BrokerKeys
from stenofleet.broker.messages import parse_delivery, parse_message

CHUNK = 200
"""Messages read in one round trip: bounds memory, and how long Redis is kept from others."""


def missing_task_ids(
    client: Redis, keys: BrokerKeys, queues: Collection[str], task_ids: Iterable[str]
) -> set[str]:
    """Those of the task ids that no list of the queues and no entry of ``unacked`` holds.

    A task on its way from a list to a worker is found in ``unacked``, which is read after the
    lists, and one that is given back meanwhile in the second look at the lists. The queues must
    be all those on which a task may be: only then is a task that is not found really gone.

    Raises:
        redis.RedisError: Redis did not answer; then nothing is known about any of them.
    """
    missing = set(task_ids)
    for look in (_queued_ids(client, keys, queues), _delivered_ids(client, keys)):
        _discard_found(missing, look)
    _discard_found(missing, _queued_ids(client, keys, queues))
    return missing


def _discard_found(missing: set[str], found: Iterator[str]) -> None:
    while missing:
        task_id = next(found, None)
        if task_id is None:
            return
        missing.discard(task_id)


def _queued_ids(client: Redis, keys: BrokerKeys, queues: Collection[str]) -> Iterator[str]:
    for queue in queues:
        for key in keys.queue_lists(queue):
            yield from _ids_of_list(client, key)


def _ids_of_list(client: Redis, key: str) -> Iterator[str]:
    """From the left, where new ones come in: what shifts is read twice and never left out."""
    start = 0
    while chunk := client.lrange(key, start, start + CHUNK - 1):
        yield from (message.task_id for raw in chunk if (message := parse_message(raw)))
        start += len(chunk)


def _delivered_ids(client: Redis, keys: BrokerKeys) -> Iterator[str]:
    for _, raw in client.hscan_iter(keys.unacked, count=CHUNK):
        if delivery := parse_delivery(raw):
            yield delivery.message.task_id
