"""A real Redis, a real Celery worker, and the operator's view of both."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from celery import Celery
from kombu import Exchange, Queue
from stenofleet.broker import BrokerKeys
from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.errors import NoReply
from stenofleet_autoscaler.model import Heartbeat
from stenofleet_autoscaler.sense.broker import Broker
from stenofleet_autoscaler.sense.connection import Address
from stenofleet_autoscaler.sense.reading import Asked, InFlight, QueueReading, Reading

HERE = Path(__file__).parent
NODE = "celery@worker-1"
PREFIX = "shop:"
RESIZABLE = "stenofleet.pool:TaskPool"

T = TypeVar("T")


@dataclass
class Shop:
    """An app with a key prefix on a Redis, its tasks, and its worker if one was started."""

    url: str
    folder: Path
    keys: BrokerKeys = field(default_factory=lambda: BrokerKeys(PREFIX))
    module: str = "shop_app"
    _worker: subprocess.Popen[bytes] | None = None

    @property
    def app(self) -> Celery:
        """A client of the app."""
        app = Celery(broker=self.url, set_as_current=False)
        app.conf.broker_transport_options = {"global_keyprefix": PREFIX}
        app.conf.task_queues = [
            Queue("mail"),
            Queue("reports", Exchange("office"), routing_key="weekly"),
        ]
        return app

    def send(self, name: str = "gate", queue: str = "mail", **options: Any) -> Path:
        """Sends a task that runs until the file is there, and returns the file's path."""
        gate = self.folder / name
        self.app.send_task("until_exists", [str(gate)], queue=queue, **options)
        return gate

    def start_worker(self, *options: str) -> None:
        """A worker of one slot on both queues, in a pool that can be resized."""
        pool = options or ("-P", "custom")
        self._worker = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", self.module, "worker"),
                *("-n", NODE, "-c", "1", "-Q", "mail,reports", "--without-mingle", *pool),
            ],
            cwd=HERE,
            env={
                **os.environ,
                "CELERY_BROKER_URL": self.url,
                "CELERY_CUSTOM_WORKER_POOL": RESIZABLE,
                "KEY_PREFIX": PREFIX,
                "PYTHONPATH": str(self.folder),
            },
        )

    def ask_to_stop(self) -> None:
        """As Kubernetes does first; it goes on with what runs."""
        assert self._worker is not None
        self._worker.send_signal(signal.SIGTERM)

    def kill_worker(self) -> None:
        """As when its node dies."""
        assert self._worker is not None
        self._worker.send_signal(signal.SIGKILL)
        self._worker.wait(timeout=60)
        self._worker = None

    def end_worker(self) -> None:
        """As Kubernetes does: it finishes what it has, and says that it goes."""
        assert self._worker is not None
        self._worker.terminate()
        self._worker.wait(timeout=60)
        self._worker = None

    def stop(self) -> None:
        """Ends the worker, with whatever it runs."""
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait(timeout=60)


@dataclass
class Operator:
    """What the operator sees of a broker and can say to its workers."""

    broker: Broker
    control: RemoteControl
    keys: BrokerKeys

    def heartbeat(self, node: str) -> Heartbeat | None:
        """A worker's last heartbeat; listened to from the first call on."""
        return self.broker.heartbeats(self.keys).of(node)

    async def queued(self, queue: str) -> int:
        """Tasks that wait in a queue."""
        found = (await self.look(queue)).queues[queue]
        assert isinstance(found, QueueReading), found
        return found.depth

    async def delivered(self, queue: str) -> int:
        """Tasks of a queue that a worker has and could run."""
        return (await self.look(queue)).in_flight.get(queue, InFlight()).due

    async def look(self, *queues: str) -> Reading:
        """One look at the shop's queues."""
        reading = (await self.broker.read({self.keys: Asked(queues)}))[self.keys]
        assert isinstance(reading, Reading), reading
        return reading


def as_operator(shop: Shop, scenario: Callable[[Operator], Awaitable[T]]) -> T:
    """Runs the scenario with a connection of the operator's own."""

    async def run() -> T:
        broker = Broker(Address(shop.url))
        try:
            control = RemoteControl(broker.client, shop.keys, broker.database)
            return await scenario(Operator(broker, control, shop.keys))
        finally:
            await broker.close()

    return asyncio.run(run())


async def eventually(
    question: Callable[[], Awaitable[bool]], what: str, seconds: float = 120.0
) -> None:
    """Returns once the answer is yes, and fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not await question():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        await asyncio.sleep(0.1)


async def answered(question: Callable[[], Awaitable[T]], what: str) -> T:
    """The first answer of a worker, which hears no question from before it listens."""
    told: list[T] = []

    async def answers() -> bool:
        try:
            told.append(await question())
        except NoReply:
            return False
        return True

    await eventually(answers, what)
    return told[-1]
