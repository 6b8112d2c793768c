"""Measure what a look at a broker costs, and print a table in Markdown.

The Redis is a real one on this machine. A tick is `Broker.read`: the question, Redis' work, the way
back and what the operator makes of the answer. Bytes are those of Redis' own count, both ways;
processor time is that of Redis and of the reader, which does not count who else is on the machine.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, beside its own modules

from stenofleet.broker import BrokerKeys
from stenofleet_autoscaler.sense.broker import Broker
from stenofleet_autoscaler.sense.connection import Address
from stenofleet_autoscaler.sense.reading import Asked, Reading
from support.celery_messages import envelope
from support.servers import RedisServer

KEYS = BrokerKeys()
CHUNK = 1000


@dataclass
class Costs:
    """What each tick took."""

    milliseconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    kilobytes: list[float] = field(default_factory=list)

    @property
    def row(self) -> tuple[str, ...]:
        """How many ticks, and p50, p95 and the maximum of times and of bytes."""
        figures = (self.milliseconds, self.processor, self.kilobytes)
        return str(len(self.milliseconds)), *map(_spread, figures)


def _spread(values: list[float]) -> str:
    p50, p95 = (statistics.quantiles(values, n=20, method="inclusive")[at] for at in (9, 18))
    return f"{p50:.1f} / {p95:.1f} / {max(values):.1f}"


@dataclass(frozen=True)
class Used:
    """Processor time and traffic, in all."""

    milliseconds: float
    kilobytes: float


@dataclass
class Lab:
    """A Redis and one who looks at it."""

    server: RedisServer
    ticks: int
    pause: float

    def __post_init__(self) -> None:
        self.client: Any = self.server.client()
        self._overhead = 0.0
        before = self._used()
        self._overhead = self._used().kilobytes - before.kilobytes

    def _used(self) -> "Used":
        """What Redis and this process have used so far."""
        stats, cpu = self.client.info("stats"), self.client.info("cpu")
        traffic = int(stats["total_net_input_bytes"]) + int(stats["total_net_output_bytes"])
        redis = float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])
        return Used((redis + time.process_time()) * 1000, traffic / 1000)

    async def tick(self, broker: Broker, asked: Asked, costs: Costs) -> Reading:
        before, began = self._used(), time.perf_counter()
        reading = (await broker.read({KEYS: asked}))[KEYS]
        costs.milliseconds.append((time.perf_counter() - began) * 1000)
        after = self._used()
        costs.processor.append(after.milliseconds - before.milliseconds)
        costs.kilobytes.append(after.kilobytes - before.kilobytes - self._overhead)
        if not isinstance(reading, Reading):
            raise reading
        return reading

    def enqueue(self, queue: str, count: int) -> None:
        """So many tasks; that they are the same one is nothing to a list."""
        message = envelope("work", queue)
        for start in range(0, count, CHUNK):
            self.client.lpush(queue, *[message] * min(CHUNK, count - start))

    def deliver(self, first: int, count: int, size: int) -> None:
        """So many tasks, each with a body of so many bytes, as workers take them."""
        message = envelope("work", "deep", b"x" * (size * 3 // 4))
        for start in range(first, first + count, CHUNK):
            tags = [f"{n:036d}" for n in range(start, min(start + CHUNK, first + count))]
            pipe = self.client.pipeline()
            pipe.zadd(KEYS.unacked_index, {tag: time.time() + int(tag) * 1e-6 for tag in tags})
            pipe.hset(KEYS.unacked, mapping=dict.fromkeys(tags, f'[{message}, "", "deep"]'))
            pipe.execute()

    def acknowledge(self, first: int, count: int) -> None:
        tags = [f"{n:036d}" for n in range(first, first + count)]
        self.client.zrem(KEYS.unacked_index, *tags)
        self.client.hdel(KEYS.unacked, *tags)

    async def run(
        self, broker: Broker, asked: Asked, between: Callable[[int], None] = lambda _: None
    ) -> Costs:
        """What each tick takes; what happens between them is not measured."""
        costs = Costs()
        for number in range(self.ticks):
            between(number)
            await self.tick(broker, asked, costs)
            await asyncio.sleep(self.pause)
        return costs


Scenario = Callable[[Broker, Lab], Awaitable[dict[str, Costs]]]


async def rest(broker: Broker, lab: Lab) -> dict[str, Costs]:
    asked = Asked(tuple(f"queue-{number}" for number in range(50)))
    return {"50 empty queues": await lab.run(broker, asked)}


def depth(size: int) -> Scenario:
    async def scenario(broker: Broker, lab: Lab) -> dict[str, Costs]:
        lab.enqueue("deep", size)

        def move(_: int) -> None:
            lab.client.rpop("deep")
            lab.enqueue("deep", 1)

        title, asked = f"a queue of {size:,} tasks", Asked(("deep",))
        return {
            f"{title}, still": await lab.run(broker, asked),
            f"{title}, moving": await lab.run(broker, asked, move),
        }

    return scenario


def unacked(held: int, size: int) -> Scenario:
    async def scenario(broker: Broker, lab: Lab) -> dict[str, Costs]:
        lab.deliver(0, held, size)
        title, asked = f"{held:,} unacked of {size // 1000} kB", Asked(("deep",))

        def move(number: int) -> None:
            lab.acknowledge(number * 50, 50)
            lab.deliver(held + number * 50, 50, size)

        first = Costs()
        while not (await lab.tick(broker, asked, first)).complete:
            pass
        return {
            f"{title}, until all are known": first,
            f"{title}, still": await lab.run(broker, asked),
            f"{title}, 50 done and 50 begun a tick": await lab.run(broker, asked, move),
        }

    return scenario


async def measured(scenario: Scenario, ticks: int, pause: float) -> dict[str, Costs]:
    with tempfile.TemporaryDirectory(prefix="stenofleet-sense-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        server.client().config_set("appendonly", "no")
        broker = Broker(Address(server.url))
        try:
            return await scenario(broker, Lab(server, ticks, pause))
        finally:
            await broker.close()
            server.stop()


@click.command()
@click.option("--ticks", default=60, show_default=True, help="Measured in each state.")
@click.option("--pause", default=0.5, show_default=True, help="Seconds between ticks.")
@click.option("--deep", default=1_000_000, show_default=True, help="Tasks in the deep queue.")
@click.option("--held", default=50_000, show_default=True, help="Deliveries in unacked.")
def bench(ticks: int, pause: float, deep: int, held: int) -> None:
    """Measure what a tick costs on one broker."""
    click.echo("| p50 / p95 / most, one broker | ticks | ms a tick | of processor | kB a tick |")
    click.echo("|---|---|---|---|---|")
    for scenario in (rest, depth(10), depth(deep), unacked(held, 10_000)):
        for title, costs in asyncio.run(measured(scenario, ticks, pause)).items():
            click.echo(f"| {' | '.join((title, *costs.row))} |")


if __name__ == "__main__":
    bench()
