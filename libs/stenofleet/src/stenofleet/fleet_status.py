"""What the workers of a broker say of themselves, and what waits for them; no Celery import."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis import Redis

from stenofleet.broker import BrokerKeys, depths, pidbox
from stenofleet.broker.inspector import Answers, Inspector
from stenofleet.contracts.tasks import CORE_QUEUE, LOGS_QUEUE, TRANSCRIPTION_QUEUE

OUR_QUEUES: Final = (CORE_QUEUE, LOGS_QUEUE, TRANSCRIPTION_QUEUE)


@dataclass(frozen=True)
class Task:
    """A task that a worker has; never its arguments, which may be private.

    Attributes:
        seconds: since its start by our clock; None when it waits in the worker.
    """

    id: str
    name: str
    seconds: float | None


@dataclass(frozen=True)
class Worker:
    """A worker, as it tells itself; None for what it did not tell in time.

    Attributes:
        pool: Celery's kind: ``prefork``, ``threads``, or another.
        concurrency: tasks at a time.
        visibility_timeout: seconds, by the settings that it was started with.
    """

    node: str
    pool: str | None
    concurrency: int | None
    queues: tuple[str, ...] | None
    registered: tuple[str, ...] | None
    active: tuple[Task, ...] | None
    reserved: tuple[Task, ...] | None
    visibility_timeout: float | None


@dataclass(frozen=True)
class Queue:
    """A queue.

    Attributes:
        lists: messages by priority step.
        consumers: nodes of workers that take from it.
    """

    name: str
    lists: Mapping[int, int]
    consumers: tuple[str, ...]

    @property
    def depth(self) -> int:
        """Messages that wait, over all priorities."""
        return sum(self.lists.values())


@dataclass(frozen=True)
class FleetStatus:
    """All workers that answered, and the queues.

    Attributes:
        listening: workers that were subscribed when they were asked.
        replies: how many answered at all.
        in_flight: messages that were delivered and are not acknowledged, of all queues.
    """

    listening: int
    replies: int
    workers: tuple[Worker, ...]
    queues: tuple[Queue, ...]
    in_flight: int


def read(client: Redis, keys: BrokerKeys, queues: Sequence[str], seconds: float) -> FleetStatus:
    """Asks all workers, for so many seconds a question at most, and counts what waits.

    Args:
        client: of the broker; nothing that others wrote is changed.
        keys: of the app.
        queues: that are looked at, beside those which the workers consume.
        seconds: until a worker counts as one that does not answer.

    Raises:
        redis.RedisError: Redis is away, or does not let us ask.
    """
    with Inspector(client, keys, seconds) as inspector:
        stats = inspector.ask("stats")
        workers = _workers(inspector, stats)
    consumed = {queue for each in workers for queue in each.queues or ()}
    names = sorted({*queues, *consumed})
    lengths = depths(client, keys, names)
    return FleetStatus(
        listening=stats.listening,
        replies=stats.replies,
        workers=workers,
        queues=tuple(Queue(name, lengths[name], _consumers(workers, name)) for name in names),
        in_flight=int(client.hlen(keys.unacked)),
    )


def _workers(inspector: Inspector, stats: Answers) -> tuple[Worker, ...]:
    nodes = sorted(stats.by_node)
    methods = ("active_queues", "registered", "active", "reserved", "conf")
    told = {method: inspector.ask(method, nodes).by_node for method in methods if nodes}
    return tuple(
        _worker(node, stats.by_node[node], {m: told[m].get(node) for m in methods})
        for node in nodes
    )


def _worker(node: str, stats: Any, told: Mapping[str, Any]) -> Worker:
    return Worker(
        node=node,
        pool=_pool(stats),
        concurrency=pidbox.concurrency(stats),
        queues=_names(told["active_queues"]),
        registered=_strings(told["registered"]),
        active=_tasks(told["active"]),
        reserved=_tasks(told["reserved"]),
        visibility_timeout=_visibility_timeout(told["conf"]),
    )


def _pool(stats: Any) -> str | None:
    """``prefork`` of ``celery.concurrency.prefork:TaskPool``."""
    match stats:
        case {"pool": {"implementation": str(place)}}:
            return place.partition(":")[0].rpartition(".")[2]
        case _:
            return None


def _visibility_timeout(conf: Any) -> float | None:
    match conf:
        case {"broker_transport_options": {"visibility_timeout": int() | float() as seconds}}:
            return float(seconds)
        case _:
            return None


def _names(told: Any) -> tuple[str, ...] | None:
    if not isinstance(told, list):
        return None
    return tuple(sorted(str(each["name"]) for each in told if isinstance(each, dict)))


def _strings(told: Any) -> tuple[str, ...] | None:
    return tuple(map(str, told)) if isinstance(told, list) else None


def _tasks(told: Any) -> tuple[Task, ...] | None:
    if not isinstance(told, list):
        return None
    return tuple(_task(each) for each in told if isinstance(each, dict))


def _task(told: Mapping[str, Any]) -> Task:
    begun = told.get("time_start")
    seconds = max(time.time() - begun, 0.0) if isinstance(begun, int | float) else None
    return Task(str(told.get("id")), str(told.get("name")), seconds)


def _consumers(workers: Iterable[Worker], queue: str) -> tuple[str, ...]:
    return tuple(each.node for each in workers if queue in (each.queues or ()))
