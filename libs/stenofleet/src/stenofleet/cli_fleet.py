"""The command ``stenofleet check-celery-status``."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import click

from stenofleet import cli_steps, fleet_status, fleet_troubles
from stenofleet.broker import BrokerKeys
from stenofleet.cli_errors import errors_told
from stenofleet.cli_options import answer_timeout_option
from stenofleet.fleet_status import OUR_QUEUES, FleetStatus, Queue, Task, Worker
from stenofleet.redis_clients import address_of, asking_once
from stenofleet.settings import RedisSettings, load
from stenofleet.steps import Trouble, redis_told

CLIENT_SECONDS = 5.0


@click.command("check-celery-status")
@click.option(
    "--queue",
    "queues",
    multiple=True,
    help=f"Looked at beside {', '.join(OUR_QUEUES)} and what workers consume; repeatable.",
)
@click.option("--key-prefix", default="", help="The app's global_keyprefix, if it is another app.")
@answer_timeout_option
@cli_steps.as_json_option
@errors_told
def check_celery_status(
    *, queues: tuple[str, ...], key_prefix: str, timeout: float, as_json: bool
) -> None:
    """Shows every worker with its tasks, and every queue with what waits in all priorities.

    It asks the workers over Redis and changes nothing: a client of Celery's would give back what
    others hold. It exits with 1 when no worker answers, or something is wrong.
    """
    settings, keys = load(RedisSettings), BrokerKeys(key_prefix)
    client = asking_once(settings.broker, CLIENT_SECONDS)
    address = address_of(client, settings.redis_sentinel_master)
    with redis_told(address):
        status = fleet_status.read(client, keys, (*OUR_QUEUES, *queues), timeout)
        nobody = fleet_troubles.nobody_answers(status, client, keys)
    found = [*([nobody] if nobody else []), *fleet_troubles.troubles(status)]
    if as_json:
        cli_steps.tell_json(_json(address, status, found))
    else:
        click.echo("\n".join(_lines(address, status, found)))
    if found:
        sys.exit(1)


def _json(address: str, status: FleetStatus, found: list[Trouble]) -> dict[str, Any]:
    return {
        "ok": not found,
        "broker": address,
        "listening": status.listening,
        "workers": [asdict(each) for each in status.workers],
        "queues": [{**asdict(each), "depth": each.depth} for each in status.queues],
        "in_flight": status.in_flight,
        "troubles": [{"cause": str(each), "next": each.then} for each in found],
    }


def _lines(address: str, status: FleetStatus, found: list[Trouble]) -> Iterator[str]:
    yield f"{len(status.workers)} workers answer, at {address}"
    for worker in status.workers:
        yield from _worker(worker)
    yield ""
    yield from _table(status.queues)
    yield f"{status.in_flight} tasks are with workers and not acknowledged"
    for each in found:
        yield from (f"✗ {each}", f"  next: {each.then}")


def _worker(worker: Worker) -> Iterator[str]:
    yield ""
    size = "unknown" if worker.concurrency is None else f"{worker.concurrency} tasks at once"
    yield f"{worker.node}: {size} ({worker.pool or 'unknown pool'})"
    yield f"  queues      {_joined(worker.queues)}"
    yield f"  registered  {_joined(worker.registered)}"
    yield from _tasks("active", worker.active)
    yield from _tasks("reserved", worker.reserved)


def _joined(words: Iterable[str] | None) -> str:
    return "it did not say" if words is None else ", ".join(words) or "none"


def _tasks(title: str, tasks: tuple[Task, ...] | None) -> Iterator[str]:
    yield f"  {title:<10}  {'it did not say' if tasks is None else len(tasks)}"
    for task in tasks or ():
        lasting = "" if task.seconds is None else f" for {task.seconds:.0f} s"
        yield f"    {task.name}[{task.id}]{lasting}"


def _table(queues: tuple[Queue, ...]) -> Iterator[str]:
    width = max(len(each.name) for each in queues)
    yield f"{'QUEUE':<{width}}  {'DEPTH':>7}  {'BY PRIORITY':<24}  CONSUMERS"
    for each in queues:
        parts = ", ".join(f"{step}: {count}" for step, count in each.lists.items() if count)
        consumers = ", ".join(each.consumers) or "none"
        yield f"{each.name:<{width}}  {each.depth:>7}  {parts:<24}  {consumers}"
