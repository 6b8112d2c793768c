"""The command ``stenofleet plan``."""

import json
from pathlib import Path

import click

from stenofleet.cli_errors import errors_told
from stenofleet.plan import chart, printed, values
from stenofleet.plan.answer import Plan, Question, answer
from stenofleet.plan.fleet import Pod, Prices
from stenofleet.plan.queueing import Load
from stenofleet.plan.sources import from_prometheus, from_record

HOUR = 3600.0
POSITIVE = click.FloatRange(0.0, 1e9, min_open=True)
PRICE = click.FloatRange(0.0, 1e6)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--peak-users",
    type=click.IntRange(1, 10**6),
    default=100,
    show_default=True,
    help="Who use it at the same time, at most.",
)
@click.option(
    "--task-minutes",
    type=POSITIVE,
    default=3.5,
    show_default=True,
    help="How long a task runs.",
)
@click.option(
    "--safety",
    type=click.FloatRange(1.0, 100.0),
    default=1.5,
    show_default=True,
    help="The guide's margin: users times this is what it requires.",
)
@click.option(
    "--tasks-per-worker",
    type=click.IntRange(1),
    default=4,
    show_default=True,
    help="That a worker does at the same time.",
)
@click.option(
    "--tasks-per-user-hour",
    type=POSITIVE,
    default=1.0,
    show_default=True,
    help="What each of them sends in the busiest hour.",
)
@click.option(
    "--from-metrics",
    "source",
    metavar="URL|FILE",
    help="The load as a Prometheus knows it, or as `stenofleet-autoscaler run --record` wrote it.",
)
@click.option(
    "--queue",
    "queues",
    multiple=True,
    default=("transcription",),
    show_default=True,
    help="Whose tasks a Prometheus is asked for; may be given more than once.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=7,
    show_default=True,
    help="How far it looks back.",
)
@click.option(
    "--wait",
    type=POSITIVE,
    default=30.0,
    show_default=True,
    help="Seconds within which tasks are to be started.",
)
@click.option(
    "--share",
    type=click.FloatRange(0.5, 0.9999),
    default=0.95,
    show_default=True,
    help="How many of them, as a part of 1.",
)
@click.option(
    "--memory", type=POSITIVE, default=0.4, show_default=True, help="GiB of a pod without tasks."
)
@click.option(
    "--memory-per-task", type=POSITIVE, default=0.4, show_default=True, help="GiB for each at once."
)
@click.option(
    "--cores-per-task",
    type=POSITIVE,
    default=1.0,
    show_default=True,
    help="Processors for each at once.",
)
@click.option("--price-core-hour", type=PRICE, help="Of a processor, in your currency.")
@click.option("--price-gib-hour", type=PRICE, help="Of a GiB of memory.")
@click.option(
    "--busy-share",
    type=click.FloatRange(0.0, 1.0),
    default=0.25,
    show_default=True,
    help="The part of a month in which the peak's pods run, if they come and go.",
)
@click.option("--write-values", "target", type=FILE, help="Writes a values file for the chart.")
@click.option("--pool", default="transcription", show_default=True, help="The pool in that file.")
@click.option("--chart", "picture", type=FILE, help="Draws waits against slots: .svg or .png.")
@click.option("--json", "as_json", is_flag=True, help="Prints JSON.")
@errors_told
def plan(
    *,
    peak_users: int,
    task_minutes: float,
    safety: float,
    tasks_per_worker: int,
    tasks_per_user_hour: float,
    source: str | None,
    queues: tuple[str, ...],
    days: int,
    wait: float,
    share: float,
    memory: float,
    memory_per_task: float,
    cores_per_task: float,
    price_core_hour: float | None,
    price_gib_hour: float | None,
    busy_share: float,
    target: Path | None,
    pool: str,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Says how many workers a load needs: by the guide's rule, and by queueing theory."""
    load = Load(peak_users * tasks_per_user_hour / HOUR, task_minutes * 60)
    if source is not None:
        load = _read(source, queues, days)
    question = Question(
        peak_users=peak_users,
        safety=safety,
        tasks_per_worker=tasks_per_worker,
        load=load,
        objective=wait,
        share=share,
        pod=Pod(tasks_per_worker, memory, memory_per_task, cores_per_task),
        prices=_prices(price_core_hour, price_gib_hour),
        busy_share=busy_share,
    )
    found = answer(question)
    _tell(found, as_json=as_json)
    if target is not None:
        target.write_text(values.values(found, pool))
    if picture is not None:
        chart.draw(found, picture)


def _tell(found: Plan, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2))
    else:
        click.echo("\n".join(printed.lines(found)))


def _read(source: str, queues: tuple[str, ...], days: int) -> Load:
    if "://" in source:
        return from_prometheus(source, queues, days)
    return from_record(Path(source))


def _prices(core: float | None, gib: float | None) -> Prices | None:
    return None if core is None and gib is None else Prices(core or 0.0, gib or 0.0)
