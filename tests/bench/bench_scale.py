"""Measure one operator with very many pools, and print a table in Markdown.

Real are the Redis servers, the API server and the operator, each a process of its own on this
machine. There is no kubelet: targets have no pods, so what is measured is looking and deciding.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

import click
import httpx
import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, beside its own modules

from bench import usage
from bench.figures import quantile
from support.api_server import ApiServer, secret
from support.celery_messages import envelope
from support.operator_process import operator
from support.servers import RedisServer, until

ROOT = Path(__file__).parents[2]
CRD = ROOT / "manifests" / "crds" / "workerpools.yaml"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
SETTLE_SECONDS = 300.0
QUIET_SECONDS = 35.0  # longer than the objective, after which a status changes once more


@dataclass
class Fleet:
    """Pools, spread evenly over brokers; each broker's pools are in a namespace of its own."""

    api: ApiServer
    brokers: list[RedisServer]
    pools: int

    def make(self) -> None:
        """Creates everything; returns when the API server has it all."""
        for number, broker in enumerate(self.brokers):
            self._create("/api/v1/namespaces", {"metadata": {"name": f"team-{number}"}})
            self._create(
                f"/api/v1/namespaces/team-{number}/secrets", secret("redis", url=broker.url)
            )
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(self._make_pool, range(self.pools)))

    def _make_pool(self, number: int) -> None:
        namespace, name = f"team-{number % len(self.brokers)}", f"pool-{number}"
        self._create(f"/apis/apps/v1/namespaces/{namespace}/deployments", _deployment(name))
        self._create(
            f"/apis/stenofleet.io/v1alpha1/namespaces/{namespace}/workerpools", _pool(name)
        )

    def _create(self, path: str, body: dict[str, Any]) -> None:
        answer = self.api.create(path, body)
        if not answer.is_success:
            raise click.ClickException(answer.text)

    def enqueue(self, share: float) -> None:
        """One task more in this share of the queues."""
        for number in range(int(self.pools * share)):
            broker = self.brokers[number % len(self.brokers)]
            broker.client().lpush(f"queue-{number}", envelope("work"))


def _deployment(name: str) -> dict[str, Any]:
    labels = {"app": name}
    containers = [{"name": "worker", "image": "worker"}]
    return {
        "metadata": {"name": name},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }


def _pool(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "stenofleet.io/v1alpha1",
        "kind": "WorkerPool",
        "metadata": {"name": name},
        "spec": {
            "targetRef": {"kind": "Deployment", "name": name},
            "broker": {"urlSecretRef": {"name": "redis", "key": "url"}},
            "demand": {"queues": [name.replace("pool", "queue")]},
            "maxReplicas": 8,
            "concurrency": {"min": 1, "max": 4},
            "objective": {"queueWait": "30s"},
        },
    }


@dataclass
class Operator:
    """The operator's process, and what it says of itself."""

    process: Popen[bytes]
    port: int

    def figures(self) -> dict[str, float]:
        """Its metrics, by name and labels as Prometheus writes them."""
        try:
            page = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=10).text
        except httpx.TransportError:
            return {}
        rows = (line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in rows}


@contextmanager
def watched(api: ApiServer, folder: Path, tick: float) -> Iterator[Operator]:
    with operator(api, folder, "*", tick) as (process, port):
        yield Operator(process, port)


@contextmanager
def fleet_of(pools: int, brokers: int, folder: Path) -> Iterator[Fleet]:
    with ExitStack() as stack:
        servers = []
        for number in range(brokers):
            (folder / f"redis-{number}").mkdir()
            servers.append(RedisServer(folder / f"redis-{number}"))
            servers[-1].start()
            stack.callback(servers[-1].stop)
        (folder / "api").mkdir()
        api = ApiServer(folder / "api")
        stack.callback(api.stop)
        api.start()
        definition = yaml.safe_load(CRD.read_text())
        api.apply(f"{CRDS}/{definition['metadata']['name']}", definition)
        until(lambda: _is_served(api), "the WorkerPools to be served")
        fleet = Fleet(api, servers, pools)
        fleet.make()
        yield fleet


def _is_served(api: ApiServer) -> bool:
    return api.ask("/apis/stenofleet.io/v1alpha1/workerpools").is_success


def measured(found: Operator, seconds: float) -> Iterator[tuple[str, str]]:
    """What the operator takes in so many seconds."""
    pid = found.process.pid
    before, cpu, began = found.figures(), usage.processor_seconds(pid), time.monotonic()
    time.sleep(seconds)
    after, took = found.figures(), time.monotonic() - began
    buckets = "stenofleet_autoscaler_tick_seconds_bucket"
    p50, p95, p99 = (quantile(before, after, buckets, q) * 1000 for q in (0.5, 0.95, 0.99))
    yield "a tick over all pools", f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms"
    yield "processor", f"{(usage.processor_seconds(pid) - cpu) / took:.2f} cores"
    now, most = usage.megabytes(pid, "VmRSS"), usage.megabytes(pid, "VmHWM")
    yield "memory", f"{now:.0f} MB, at most {most:.0f} MB"
    yield "API calls a minute", calls(before, after, took)


def calls(before: dict[str, float], after: dict[str, float], seconds: float) -> str:
    """How many calls of each kind, beside the watches."""
    prefix = 'stenofleet_autoscaler_api_calls_total{kind="'
    made = {
        name.removeprefix(prefix).removesuffix('"}'): value - before.get(name, 0.0)
        for name, value in after.items()
        if name.startswith(prefix)
    }
    told = [f"{count * 60 / seconds:.0f} {kind}" for kind, count in made.items() if count]
    return ", ".join(told) or "none"


def answered(found: Operator, fleet: Fleet) -> bool:
    """Whether each pool's broker was reached."""
    figures = found.figures()
    up = sum(v for k, v in figures.items() if k.startswith("stenofleet_pool_broker_up{"))
    return up == fleet.pools


def settle(found: Operator) -> None:
    """Returns once the operator has written nothing for a while, as every wait is over."""
    deadline = time.monotonic() + SETTLE_SECONDS
    before = writes(found)
    time.sleep(QUIET_SECONDS)
    while (now := writes(found)) != before and time.monotonic() < deadline:
        before = now
        time.sleep(QUIET_SECONDS)


def writes(found: Operator) -> float:
    kinds = ("status", "pool", "scale", "event", "configmap", "read configmap")
    named = [f'stenofleet_autoscaler_api_calls_total{{kind="{kind}"}}' for kind in kinds]
    figures = found.figures()
    return sum(figures.get(name, 0.0) for name in named)


def rows(pools: int, brokers: int, seconds: float, tick: float) -> Iterator[Sequence[str]]:
    with (
        tempfile.TemporaryDirectory(prefix="stenofleet-scale-") as name,
        fleet_of(pools, brokers, Path(name)) as fleet,
        watched(fleet.api, Path(name), tick) as found,
    ):
        until(lambda: answered(found, fleet), "every pool to be seen", seconds=SETTLE_SECONDS)
        settle(found)
        for title, share in (("at rest", 0.0), ("a tenth with work", 0.1), ("all with work", 1.0)):
            fleet.enqueue(share)
            settle(found)  # the reaction itself is not the steady state
            for row in measured(found, seconds):
                yield (title, *row)


@click.command()
@click.option("--pools", default=1000, show_default=True)
@click.option("--brokers", default=20, show_default=True)
@click.option("--seconds", default=60.0, show_default=True, help="Measured for so long, each.")
@click.option("--tick", default=1.0, show_default=True, help="Seconds between two ticks.")
def bench(pools: int, brokers: int, seconds: float, tick: float) -> None:
    """Measure one operator that has POOLS pools on so many BROKERS."""
    click.echo(f"| {pools} pools on {brokers} brokers | measure | figure |\n|---|---|---|")
    for row in rows(pools, brokers, seconds, tick):
        click.echo(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    bench()
