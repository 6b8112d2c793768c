"""The operator's pages about pools, served as the operator serves them, with a decision of ours."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web
from stenofleet_autoscaler.decide.decision import Decision, Step
from stenofleet_autoscaler.explanation import explanation_of
from stenofleet_autoscaler.pages import Explanations, add_pages
from stenofleet_autoscaler.status import Condition

DECISION = Decision(
    slots=14,
    pods=4,
    replicas=4,
    concurrency=4,
    reason="AtMaximum",
    message="100 queued, 10 in flight: 14 slots on 4 pods at concurrency 4",
    steps=(
        Step("work to slots", 110, 18),
        Step("maxReplicas", 18, 14),
        Step("slots to pods", 14, 4),
    ),
    bound="maxReplicas",
    inputs=(
        ("replicas", 3),
        ("queued", 100),
        ("in flight", 10),
        ("oldest wait seconds", 2.04),
        ("slots ready", 10),
    ),
)
LEARNED = {
    "meanSeconds": 1.0,
    "bootSeconds": 2.0,
    "throughputBySlots": {},
    "tasks": {"mail.send": {"expectedSeconds": 1.04, "p95Seconds": 1.5}},
}
AT = 1_800_000_000.0


def explained(namespace: str, name: str) -> dict[str, Any]:
    """What the operator would tell of the pool."""
    pool = {"metadata": {"namespace": namespace, "name": name}, "spec": {}}
    ready = Condition("Ready", "True", "Found", "target and broker were found")
    return explanation_of(pool, DECISION, [ready], LEARNED, AT)


@contextmanager
def served(pools: Explanations, *, leads: bool = True, host: str = "127.0.0.1") -> Iterator[int]:
    """Serves the pages from a thread of its own; gives the port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    pages = web.Application()
    add_pages(pages, lambda: pools, lambda: leads)
    runner = web.AppRunner(pages)
    try:
        asyncio.run_coroutine_threadsafe(_start(runner, host), loop).result(60)
        yield int(runner.addresses[0][1])
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


async def _start(runner: web.AppRunner, host: str) -> None:
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
