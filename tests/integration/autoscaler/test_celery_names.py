"""Events of a real worker, through a real Redis, under celery-exporter's names."""

import asyncio

from prometheus_client import CollectorRegistry
from stenofleet_autoscaler.celery_names import CeleryNames
from stenofleet_autoscaler.sense.broker import Broker
from stenofleet_autoscaler.sense.connection import Address
from support.celery_shop import NODE, Shop, eventually

LABELS = {"name": "until_exists", "hostname": NODE.rpartition("@")[2], "queue_name": "celery"}
TASKS = 3


def test_tasks_of_a_worker_with_events_are_counted_from_received_to_succeeded(shop: Shop) -> None:
    names, registry = CeleryNames(), CollectorRegistry()
    names.expose(registry, tuple)

    def value(name: str) -> float | None:
        return registry.get_sample_value(f"celery_task_{name}", LABELS)

    async def scenario() -> None:
        broker = Broker(Address(shop.url), names.take)
        beats = broker.heartbeats(shop.keys)
        try:
            shop.start_worker("-P", "custom", "-E")

            async def heard() -> bool:
                return beats.of(NODE) is not None

            async def all_succeeded() -> bool:
                return value("succeeded_total") == TASKS

            await eventually(heard, "the worker")
            for _ in range(TASKS):
                shop.send().touch()
            await eventually(all_succeeded, "the tasks to be counted")
        finally:
            await broker.close()

    asyncio.run(scenario())

    assert value("received_total") == TASKS
    assert value("started_total") == TASKS
    assert value("runtime_count") == TASKS
