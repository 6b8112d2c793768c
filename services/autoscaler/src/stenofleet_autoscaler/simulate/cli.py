"""``stenofleet-autoscaler simulate``."""

import json
from pathlib import Path
from typing import Any

import click
from stenofleet.cli_options import drawable

from stenofleet_autoscaler.simulate import chart as charts
from stenofleet_autoscaler.simulate import policies, trace
from stenofleet_autoscaler.simulate.generate import KINDS
from stenofleet_autoscaler.simulate.outcome import Outcome
from stenofleet_autoscaler.simulate.policies import PolicyError
from stenofleet_autoscaler.simulate.setting import Setting
from stenofleet_autoscaler.simulate.table import table
from stenofleet_autoscaler.simulate.trace import Trace, TraceError

DEFAULT_POLICIES = ("stenofleet", "keda", "keda-tuned", "hpa", "oracle")
SECONDS = click.FloatRange(min=0)
WHOLE_SECONDS = click.IntRange(min=0)
COUNT = click.IntRange(min=1)


def _known(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(policies.check(name) for name in names)
    except PolicyError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option("--trace", "source", type=click.Path(path_type=Path), help="A trace's file.")
@click.option("--generate", type=click.Choice(list(KINDS)), help="Make a trace instead.")
@click.option("--write", type=click.Path(path_type=Path), help="Keep the trace in this file.")
@click.option(
    "--policy",
    "names",
    multiple=True,
    callback=_known,
    help=f"{', '.join(policies.NAMES)}; may be repeated.",
)
@click.option(
    "--chart",
    type=click.Path(path_type=Path),
    callback=drawable("stenofleet-autoscaler[simulate]"),
    help="SVG or PNG.",
)
@click.option("--json", "as_json", is_flag=True, help="Figures as JSON.")
@click.option("--max-pods", "most_pods", default=16, show_default=True, type=COUNT)
@click.option("--slots", default=4, show_default=True, type=COUNT, help="Of a pod, at most.")
@click.option("--min-slots", "fewest_slots", default=1, show_default=True, type=COUNT)
@click.option("--objective", default=30, show_default=True, type=click.IntRange(min=1))
@click.option("--quiet-window", "quiet", default=30, show_default=True, type=WHOLE_SECONDS)
@click.option("--boot", default=2.0, show_default=True, type=SECONDS, help="Of a pod, seconds.")
@click.option("--grace", default=30.0, show_default=True, type=SECONDS, help="Of a pod, seconds.")
@click.option("--visibility-timeout", default=3600, show_default=True, type=COUNT)
@click.option("--pods", default=0, show_default=True, type=WHOLE_SECONDS, help="At the beginning.")
@click.option("--seed", default=1, show_default=True, type=int, help="For all that is random.")
def simulate(
    source: Path | None,
    generate: str | None,
    write: Path | None,
    names: tuple[str, ...],
    chart: Path | None,
    *,
    as_json: bool,
    **assumed: Any,
) -> None:
    """Run policies against a trace in simulated time, and compare them."""
    setting = _setting(**assumed)
    work = _trace(source, generate, setting.seed)
    if write:
        _keep(work, write)
    outcomes = [policies.simulate(name, work, setting) for name in names or DEFAULT_POLICIES]
    _tell(outcomes, as_json=as_json)
    if chart:
        charts.draw(outcomes, setting.objective, chart)


def _setting(**assumed: Any) -> Setting:
    if assumed["fewest_slots"] > assumed["slots"]:
        got = f"--min-slots {assumed['fewest_slots']} and --slots {assumed['slots']}"
        raise click.UsageError(f"expected --min-slots of at most --slots, got {got}")
    return Setting(**assumed)


def _trace(source: Path | None, generate: str | None, seed: int) -> Trace:
    if (source is None) == (generate is None):
        raise click.UsageError("expected either --trace or --generate")
    if generate:
        return KINDS[generate](seed)
    try:
        return trace.read(source or Path())
    except TraceError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{source}: {error.strerror}") from None


def _keep(work: Trace, path: Path) -> None:
    try:
        trace.write(work, path)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from None


def _tell(outcomes: list[Outcome], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([each.figures() for each in outcomes], indent=2))
    else:
        click.echo(table(outcomes))
