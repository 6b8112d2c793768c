"""The operator put together: watches, ticker, Lease and HTTP, in one event loop."""

import asyncio
import logging
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import kopf
from aiohttp import web
from kubernetes.aio import client, config
from stenofleet.settings import OperatorSettings

from stenofleet_autoscaler.act.events import Events
from stenofleet_autoscaler.act.kube import Kube
from stenofleet_autoscaler.handlers import registry_for
from stenofleet_autoscaler.health import app
from stenofleet_autoscaler.leader import Leader
from stenofleet_autoscaler.sense.brokers import Brokers
from stenofleet_autoscaler.sense.secrets import Secrets
from stenofleet_autoscaler.store import Store
from stenofleet_autoscaler.sync import Sync
from stenofleet_autoscaler.ticker import Ticker
from stenofleet_autoscaler.world import World

LEASE = "stenofleet-autoscaler"


async def run(settings: OperatorSettings) -> None:
    """Runs until SIGTERM or SIGINT."""
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)  # a line for each watch event
    await _configure()
    async with client.ApiClient() as api:
        await _run(settings, api)


async def _configure() -> None:
    """The pod's own service account, or on a developer's machine the kubeconfig."""
    try:
        config.load_incluster_config()  # type: ignore[no-untyped-call] # the package's
    except config.ConfigException:
        await config.load_kube_config()  # type: ignore[no-untyped-call] # the package's


async def _run(settings: OperatorSettings, api: client.ApiClient) -> None:
    kube, store = Kube(api), Store()
    world = World(store, kube, Secrets(kube.secret_value), Brokers(), Events(kube))
    leader = Leader(api, settings.namespace, LEASE, _identity())
    sync = Sync(api, store, settings.watch_namespaces)
    ticker = Ticker(world, settings.tick_seconds, lambda: sync.listed.is_set() and leader.leads())
    stop = _stop_flag()
    try:
        async with _served(app(lambda: ticker.last, sync.listed.is_set), settings.health_port):
            await _until_first_ends(
                stop.wait(),
                leader.run(),
                sync.run(),
                ticker.run(),
                _watch(sync, store, settings.watch_namespaces, stop),
            )
    finally:
        await world.brokers.close_unused(after=0.0)


async def _watch(sync: Sync, store: Store, namespaces: Sequence[str], stop: asyncio.Event) -> None:
    """Kopf looks for its resources once, so the CRD has to be there before it."""
    await sync.listed.wait()
    await kopf.operator(
        registry=registry_for(store), namespaces=namespaces, standalone=True, stop_flag=stop
    )


async def _until_first_ends(*parts: Coroutine[Any, Any, object]) -> None:
    """One that ends ends all: the pod is restarted rather than run without a part."""
    tasks = [asyncio.create_task(part) for part in parts]
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for task in done:
        task.result()


def _identity() -> str:
    """The pod's name, and something that a restarted container does not share with it."""
    return f"{socket.gethostname()}_{uuid.uuid4().hex[:8]}"


def _stop_flag() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    return stop


@asynccontextmanager
async def _served(pages: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(pages, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, port=port).start()
    try:
        yield
    finally:
        await runner.cleanup()
