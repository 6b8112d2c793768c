"""The operator put together: watches, ticker, Lease and HTTP, in one event loop."""

import asyncio
import logging
import signal
import uuid
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import kopf
from aiohttp import web
from kubernetes.aio import client, config
from stenofleet.settings import EVERYWHERE, OperatorSettings

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.act.events import Events
from stenofleet_autoscaler.act.kube import Kube
from stenofleet_autoscaler.celery_names import CeleryNames
from stenofleet_autoscaler.handlers import registry_for
from stenofleet_autoscaler.health import app
from stenofleet_autoscaler.leader import Leader
from stenofleet_autoscaler.learn import Memory
from stenofleet_autoscaler.pages import add_pages
from stenofleet_autoscaler.records import Records
from stenofleet_autoscaler.sense.brokers import Brokers
from stenofleet_autoscaler.sense.secrets import Secrets
from stenofleet_autoscaler.ticker import Ticker
from stenofleet_autoscaler.watch.store import Store
from stenofleet_autoscaler.watch.sync import Sync
from stenofleet_autoscaler.world import World

LEASE = "stenofleet-autoscaler"

Raw = Mapping[str, Any]


async def run(settings: OperatorSettings, record: Path | None = None) -> None:
    """Runs until SIGTERM or SIGINT; `record` is a folder for traces of the pools."""
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)  # a line for each watch event
    await _configure()
    # The Lease has a connection of its own: its renewals wait behind nothing else.
    async with client.ApiClient() as api, client.ApiClient() as lease:
        await _run(settings, api, lease, Records(record))


async def _configure() -> None:
    """The pod's own service account, or on a developer's machine the kubeconfig."""
    try:
        config.load_incluster_config()  # type: ignore[no-untyped-call] # the package's
    except config.ConfigException:
        await config.load_kube_config()  # type: ignore[no-untyped-call] # the package's


async def _run(
    settings: OperatorSettings, api: client.ApiClient, lease: client.ApiClient, records: Records
) -> None:
    identity = _identity(settings.pod_name)
    leader = Leader(lease, settings.namespace, LEASE, identity)
    names = CeleryNames() if settings.celery_exporter else None
    world = _world(api, leader, records, names)
    sync = Sync(api, world.store, settings.watch_namespaces)
    ticker = Ticker(world, settings.tick_seconds, lambda: sync.listed.is_set() and leader.leads())
    if names is not None:
        names.expose(metrics.registry, ticker.censuses)
    pages = app(lambda: ticker.last, sync.listed.is_set, names.look if names else None)
    add_pages(pages, ticker.explanations, leader.leads)
    stop = _stop_flag()
    try:
        async with _served(pages, settings.health_port), _running(leader.run()):
            await _until_first_ends(
                stop.wait(),
                sync.run(),
                ticker.run(),
                _watch(sync, world.store, settings.watch_namespaces, identity, stop),
            )
    finally:
        records.close()
        await world.brokers.close_unused(after=0.0)


def _world(
    api: client.ApiClient, leader: Leader, records: Records, names: CeleryNames | None
) -> World:
    kube = Kube(api, leader.leads)

    def count(event: Raw) -> None:
        """Of two replicas that listen for a moment, one counts."""
        if names is not None and leader.leads():
            names.take(event)

    return World(
        store=Store(),
        kube=kube,
        secrets=Secrets(kube.secret_value),
        brokers=Brokers(on_task=count if names is not None else None),
        events=Events(kube),
        memory=Memory(kube.read_config_map, kube.apply_config_map),
        records=records,
    )


async def _watch(
    sync: Sync, store: Store, namespaces: Sequence[str], identity: str, stop: asyncio.Event
) -> None:
    """Kopf looks for its resources once, so the CRD has to be there before it.

    Left to itself, kopf makes an identity of the user's name, and a made-up user has none.
    """
    await sync.listed.wait()
    everywhere = EVERYWHERE in namespaces
    await kopf.operator(
        registry=registry_for(store, sync.kinds, sync.ask_again),
        namespaces=() if everywhere else namespaces,
        clusterwide=everywhere,
        standalone=True,
        identity=identity,  # type: ignore[arg-type] # a str whose type kopf does not export
        stop_flag=stop,
    )


@asynccontextmanager
async def _running(part: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs a part for as long as the others: what leads must do so until they have ended."""
    task = asyncio.create_task(part)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until_first_ends(*parts: Coroutine[Any, Any, object]) -> None:
    """One that ends ends all: the pod is restarted rather than run without a part."""
    tasks = [asyncio.create_task(part) for part in parts]
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for task in done:
        task.result()


def _identity(pod: str) -> str:
    """The pod's name, and something that a restarted container does not share with it."""
    return f"{pod}_{uuid.uuid4().hex[:8]}"


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
