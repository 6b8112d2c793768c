"""How many messages wait, by queue and priority."""

from collections.abc import Sequence

from redis import Redis

from stenofleet.broker.keys import BrokerKeys


def depths(client: Redis, keys: BrokerKeys, queues: Sequence[str]) -> dict[str, dict[int, int]]:
    """The length of every list of each queue, by its priority step.

    ``LLEN`` of the queue's name alone misses all but the most urgent list.

    Raises:
        redis.RedisError: Redis is away, or a key is no list.
    """
    counts = client.pipeline(transaction=False)
    for queue in queues:
        for key in keys.queue_lists(queue):
            counts.llen(key)
    lengths = iter(counts.execute())
    return {queue: {step: int(next(lengths)) for step in keys.priority_steps} for queue in queues}
