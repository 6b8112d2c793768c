"""A pool's work, out of what its broker said and what was learned of its tasks."""

import math
from collections.abc import Iterable, Mapping

from stenofleet_autoscaler.learn.durations import Durations
from stenofleet_autoscaler.model import Kind, Running, Work
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import Delivery, InFlight, QueueReading, Reading
from stenofleet_autoscaler.shares import ALONE, Share
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
        delivered=sum(max(0, each.due - parts[name].elsewhere) for name, each in taken.items()),
        fresh=sum(each.fresh for each in taken.values()),
        items=tuple(
            (_items(reading.lists[each.key]), each.items_per_task) for each in demand.lists
        ),
        oldest_wait=_oldest_wait(queues.values(), reading.at),
        kinds=tuple(kind for queue in queues.values() for kind in _kinds(queue, learned)),
        running=_running(taken.values(), learned, reading.at),
        etas=_etas(queues.values(), taken.values()),
        mean_seconds=learned.mean(),
    )


def _queued(queue: QueueReading, part: Share) -> int:
    return math.ceil((queue.depth - len(queue.etas)) * part.of_queued)


def _kinds(queue: QueueReading, learned: Durations) -> list[Kind]:
    """The sample in the proportion of the whole queue: another queue may be sampled whole."""
    weight = (queue.depth - len(queue.etas)) / max(1, sum(each.count for each in queue.samples))
    return [
        Kind(math.ceil(each.count * weight), learned.expected(each.task, each.work))
        for each in queue.samples
    ]


def _running(taken: Iterable[InFlight], learned: Durations, now: float) -> tuple[Running, ...]:
    sample = [delivery for each in taken for delivery in each.sample]
    return tuple(Running(1, remaining(each, learned, now)) for each in sample)


def remaining(delivery: Delivery, learned: Durations, now: float) -> float | None:
    """Seconds that a task that was delivered will still run; None when nothing was learned.

    Who runs for longer than nearly all others is taken to be half-way: what is known of such
    tasks is only that they last.
    """
    expected = learned.expected(delivery.task, delivery.work)
    if expected is None:
        return None
    elapsed = now - delivery.begun_at
    if elapsed < expected:
        return expected - elapsed
    longest = max(expected, learned.quantile(delivery.task, NEARLY_ALL) or 0.0)
    return max(0.0, longest - elapsed) if elapsed < longest * MEASURED_TO else elapsed


NEARLY_ALL = 0.95
MEASURED_TO = 1.25
"""How exactly a learned duration is known: ticks are coarse and durations are kept in steps."""


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
