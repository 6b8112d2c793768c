"""The operator's pages, while its metrics take long to write."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.health import app

SECONDS = 20.0


class Slow(Collector):
    """Metrics that are there once they may be."""

    def __init__(self) -> None:
        self.begun, self.may = threading.Event(), threading.Event()

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        self.begun.set()
        assert self.may.wait(SECONDS)
        return ()


@asynccontextmanager
async def served(pages: web.Application) -> AsyncIterator[ClientSession]:
    runner = web.AppRunner(pages)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
            yield session
    finally:
        await runner.cleanup()


def test_the_event_loop_goes_on_while_metrics_are_written_and_is_asked_for_its_own_before() -> None:
    slow, loops = Slow(), []

    async def scenario() -> tuple[int, int]:
        own = asyncio.get_running_loop()
        pages = app(own.time, lambda: True, lambda: loops.append(asyncio.get_running_loop()))
        async with served(pages) as session:
            scrape = asyncio.create_task(_status(session, "/metrics"))
            assert await asyncio.to_thread(slow.begun.wait, SECONDS)
            lives = await _status(session, "/livez")
            slow.may.set()
            assert loops == [own]
            return lives, await scrape

    metrics.registry.register(slow)
    try:
        assert asyncio.run(scenario()) == (200, 200)
    finally:
        slow.may.set()
        metrics.registry.unregister(slow)


async def _status(session: ClientSession, path: str) -> int:
    async with session.get(path) as answer:
        return answer.status
