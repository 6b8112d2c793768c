"""Several real workers of the shop's app, and a guard that watches over their messages."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from stenofleet.broker import parse_binding, parse_delivery, queues_for
from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.errors import NoReply
from stenofleet_autoscaler.guards.delivered import Verdict
from stenofleet_autoscaler.guards.giveback import GivenBack
from stenofleet_autoscaler.guards.rescue import Rescue
from stenofleet_autoscaler.guards.roster import Worker
from support.celery_shop import HERE, PREFIX, Operator, Shop, answered, eventually

BOTH = frozenset({"mail", "reports"})


@dataclass
class Crew:
    """Workers of one slot by node name."""

    shop: Shop
    _workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, node: str, queues: str = "mail,reports", *options: str) -> None:
        """Starts a worker; it consumes once `Watch.meets` it."""
        environment = {"CELERY_BROKER_URL": self.shop.url, "KEY_PREFIX": PREFIX}
        self._workers[node] = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "shop_app", "worker", "-n", node),
                *("-c", "1", "-P", "threads", "-Q", queues, "--without-mingle", *options),
            ],
            cwd=HERE,
            env=os.environ | environment,
        )

    def kill(self, node: str) -> None:
        """As when its node dies."""
        self._end(self._workers.pop(node))

    def terminate(self, node: str) -> None:
        """As Kubernetes does first: it finishes what it has, and takes nothing more."""
        self._workers[node].terminate()

    def freeze(self, node: str) -> None:
        """It lives, and says nothing more."""
        self._workers[node].send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """Ends all workers, with whatever they run."""
        for worker in self._workers.values():
            self._end(worker)

    def _end(self, worker: subprocess.Popen[bytes]) -> None:
        worker.kill()
        worker.wait(timeout=60)


@dataclass(frozen=True)
class Held:
    """A delivery as it stands in Redis."""

    tag: str
    queues: tuple[str, ...]
    delivered_at: float
    eta: float | None


async def deliveries(operator: Operator) -> list[Held]:
    """All of the broker's."""
    client, keys = operator.broker.client, operator.keys
    held = []
    scores: list[Any] = await client.zrange(keys.unacked_index, 0, -1, withscores=True)
    for tag, score in scores:
        delivery = parse_delivery(await client.hget(keys.unacked, tag) or b"")
        if delivery is None:
            continue
        members = await client.smembers(keys.bindings(delivery.exchange))
        bindings = [each for member in members if (each := parse_binding(member))]
        queues = queues_for(delivery.exchange, delivery.routing_key, bindings)
        held.append(Held(tag.decode(), tuple(queues), score, delivery.message.eta))
    return held


@dataclass
class Watch:
    """A guard with the surroundings that the operator would have from Kubernetes.

    Attributes:
        pods: nodes whose pods exist, by the run of their containers.
        strangers: nodes of workers that are no pods.
        given_back: what went back so far.
        looks: how many looks at the workers there were.
    """

    operator: Operator
    pods: dict[str, str] = field(default_factory=dict)
    strangers: tuple[str, ...] = ()
    queues: frozenset[str] = BOTH
    given_back: list[GivenBack] = field(default_factory=list)
    looks: int = 0

    def __post_init__(self) -> None:
        broker, keys = self.operator.broker, self.operator.keys
        controls = [RemoteControl(broker.client, keys, broker.database) for _ in range(2)]
        self.rescue = Rescue(broker.client, keys, controls)
        self.since = time.monotonic()

    async def tick(self) -> Verdict:
        """One tick, with its errand awaited."""
        workers = {node: Worker(self.queues, run) for node, run in self.pods.items()}
        seen = await deliveries(self.operator)
        heard, listening = self._heard(), time.monotonic() - self.since
        verdict = self.rescue.see(self.queues, workers, heard, listening, seen)
        self.looks += bool(verdict.ask)
        if self.rescue.has_errand(verdict):
            result = await self.rescue.attend(verdict, self.queues)
            self.given_back += [result] if result.count else []
        return verdict

    def _heard(self) -> dict[str, float]:
        nodes = [*self.pods, *self.strangers]
        heartbeats = self.operator.broker.heartbeats(self.operator.keys)
        beats = {node: heartbeats.of(node) for node in nodes}
        return {node: time.monotonic() - beat.at for node, beat in beats.items() if beat}

    async def runs(self, node: str) -> list[str]:
        """Ids of the tasks that the worker runs; none as long as it does not answer."""
        try:
            return [task["id"] for task in await self._ask(node, "active")]
        except NoReply:
            return []

    async def started(self, node: str) -> int:
        """Tasks that the worker has begun since its start; it is asked until it answers."""
        stats = await answered(lambda: self._ask(node, "stats"), f"{node} to tell its figures")
        return int(stats["total"].get("until_exists", 0))

    async def _ask(self, node: str, method: str) -> Any:
        broker = self.operator.broker
        control = RemoteControl(broker.client, self.operator.keys, broker.database)
        return await control.call(node, method)

    async def meets(self, *nodes: str) -> None:
        """Waits until the workers answer."""

        for node in nodes:
            await answered(partial(self._ask, node, "ping"), f"{node} to answer")

    async def until_given_back(self, count: int, seconds: float = 240.0) -> None:
        """Ticks until so many deliveries went back."""

        async def enough() -> bool:
            await self.tick()
            return sum(each.count for each in self.given_back) >= count

        await eventually(enough, f"{count} deliveries to be given back", seconds)

    async def until_looked(self, count: int, seconds: float = 240.0) -> None:
        """Ticks until there were so many looks more."""
        wanted = self.looks + count

        async def enough() -> bool:
            await self.tick()
            return self.looks >= wanted

        await eventually(enough, f"{count} looks", seconds)
