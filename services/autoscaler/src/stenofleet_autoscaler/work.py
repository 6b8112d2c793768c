"""A pool's work, out of what its broker said and what was learned of its tasks."""

import math
from collections.abc import Iterable, Mapping

from stenofleet_autoscaler.learn.durations import Durations
from stenofleet_autoscaler.model import Kind, Running, Work
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import InFlight, QueueReading, Reading
from stenofleet_autoscaler.shares import ALONE, Share, own_of
from stenofleet_autoscaler.spec import Demand

NOTHING_TAKEN = InFlight()


def work_of(
    demand: Demand, reading: Reading, shares: Mapping[str, Share], learned: Durations
) -> Work:
    """The work of a pool.

    Args:
        demand: the queues and lists that the pool works off.
        reading: what the broker said.
        shares: the pool's part of the queues that others consume as well.
        learned: how long tasks run.

    Raises:
        Unseen: one of its queues or lists could not be read; the rest says too little.
    """
    queues = {name: _seen(reading.queues[name]) for name in demand.queues}
    taken = {name: reading.in_flight.get(name, NOTHING_TAKEN) for name in demand.queues}
    parts = {name: shares.get(name, ALONE) for name in demand.queues}
    return Work(
        queued=sum(_queued(queue, parts[name]) for name, queue in queues.items()),
        scheduled=sum(len(q.etas) for q in queues.values())
        + sum(t.scheduled for t in taken.values()),
        delivered=own_of({name: each.due for name, each in taken.items()}, shares),
        fresh=sum(each.fresh for each in taken.values()),
        items=tuple(
            (_items(reading.lists[each.key]), each.items_per_task) for each in demand.lists
        ),
        oldest_wait=_oldest_wait(queues.values(), reading.at),
        kinds=tuple(k for name, q in queues.items() for k in _kinds(q, parts[name], learned)),
        running=_running(taken.values(), learned, reading.at),
        etas=_etas(queues.values(), taken.values()),
        mean_seconds=learned.mean(),
        variation=learned.variation(),
    )


def _queued(queue: QueueReading, part: Share) -> int:
    return math.ceil((queue.depth - len(queue.etas)) * part.of_queued)


def _kinds(queue: QueueReading, part: Share, learned: Durations) -> list[Kind]:
    """The sample in the proportion of the pool's part: another queue may be sampled whole."""
    weight = _queued(queue, part) / max(1, sum(each.count for each in queue.samples))
    return [
        Kind(math.ceil(each.count * weight), learned.expected(each.task, each.work))
        for each in queue.samples
        if weight
    ]


def _running(taken: Iterable[InFlight], learned: Durations, now: float) -> tuple[Running, ...]:
    sample = [delivery for each in taken for delivery in each.sample]
    return tuple(
        Running(1, learned.remaining(each.task, each.work, now - each.begun_at)) for each in sample
    )


def _oldest_wait(queues: Iterable[QueueReading], now: float) -> float | None:
    oldest = min((queue.oldest for queue in queues if queue.oldest is not None), default=None)
    return None if oldest is None else max(0.0, now - oldest)


def _etas(queues: Iterable[QueueReading], taken: Iterable[InFlight]) -> tuple[float, ...]:
    queued = [eta for queue in queues for eta in queue.etas]
    return (*queued, *(eta for each in taken for eta in each.etas))


def _seen(queue: QueueReading | Unseen) -> QueueReading:
    if isinstance(queue, Unseen):
        raise queue
    return queue


def _items(items: int | Unseen) -> int:
    if isinstance(items, Unseen):
        raise items
    return items
