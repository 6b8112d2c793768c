"""``kubectl stenofleet``: kubectl runs any program on the PATH that is called so."""

import importlib
import time
from typing import Any

import click

from stenofleet_autoscaler.durations import seconds
from stenofleet_autoscaler.hold import HOLD_UNTIL
from stenofleet_autoscaler.plugin import changes, live, status, top
from stenofleet_autoscaler.plugin.cluster import Cluster, pools_path
from stenofleet_autoscaler.plugin.errors import PluginError
from stenofleet_autoscaler.plugin.leader import fetch, leader_of
from stenofleet_autoscaler.plugin.options import Options, common, operator
from stenofleet_autoscaler.plugin.words import explanation_text


class Duration(click.ParamType[float]):
    """30s, 5m, 1h30m; above zero."""

    name = "duration"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """In seconds."""
        try:
            length = seconds(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return length or self.fail("expected a duration above 0s", param, ctx)


@click.group()
def main() -> None:
    """Tells, explains and holds the pools of Stenofleet's operator.

    Exit codes: 0 done, 1 not done, 2 wrong usage, 3 no such pool or pod, 4 not allowed,
    5 no operator leads or it does not answer.
    """


def run() -> None:
    """What kubectl starts."""
    main(prog_name="kubectl stenofleet")


@main.command("status")
@click.option("-A", "--all-namespaces", is_flag=True, help="The pools of all namespaces.")
@operator
@common
def status_command(
    options: Options, operator_namespace: str | None, *, all_namespaces: bool
) -> None:
    """Every pool: its work, its slots and pods, and what is wrong."""
    cluster = options.cluster()
    pools = cluster.get(pools_path(None if all_namespaces else cluster.namespace))["items"]
    shown = status.lines(pools, _fast_figures(cluster, operator_namespace))
    if not shown and not options.as_json:
        where = "any namespace" if all_namespaces else f"namespace {cluster.namespace}"
        click.echo(f"No pools found in {where}.", err=True)
        return
    options.tell(shown, status.status_text(shown, namespaces=all_namespaces))


@main.command("top")
@click.option("-A", "--all-namespaces", is_flag=True, help="The pools of all namespaces.")
@click.option("--once", is_flag=True, help="Show it a single time.")
@click.option("--json", "json_lines", is_flag=True, help="As -o json: a line of JSON a second.")
@operator
@common
def top_command(
    options: Options,
    operator_namespace: str | None,
    *,
    all_namespaces: bool,
    once: bool,
    json_lines: bool,
) -> None:
    """Every pool, once a second: wait against objective, slots, pods, who drains, and why."""
    cluster = options.cluster()
    where = pools_path(None if all_namespaces else cluster.namespace)

    def read() -> list[status.Line]:
        pools = cluster.get(where)["items"]
        fast = _fast_figures(cluster, operator_namespace)
        return top.lines(pools, fast, top.drains_of(cluster, pools))

    live.show(read, top.top_text, once=once, as_json=json_lines or options.as_json)


@main.command()
@click.argument("pool")
@operator
@common
def explain(options: Options, operator_namespace: str | None, pool: str) -> None:
    """The last decision for POOL: from what, by which rules, and which of them bound it."""
    cluster = options.cluster()
    cluster.get(pools_path(cluster.namespace, pool))
    leader = leader_of(cluster, operator_namespace)
    told = fetch(cluster, leader, f"/pools/{cluster.namespace}/{pool}/explain")
    options.tell(told, explanation_text(told))


@main.command()
@click.argument("pool")
@click.option("--replicas", required=True, type=click.IntRange(min=0), help="Pods to hold.")
@click.option("--for", "length", type=Duration(), help="As 30m; by default the pool's manualHold.")
@common
def hold(options: Options, pool: str, replicas: int, length: float | None) -> None:
    """Holds POOL at a size, within its bounds, whatever the demand."""
    until = None if length is None else time.time() + length
    held = changes.hold(options.cluster(), pool, replicas, until)
    end = held["metadata"]["annotations"].get(HOLD_UNTIL)
    told = {"pool": pool, "replicas": replicas, "until": end}
    options.tell(told, f"{pool} is held at {replicas} replicas until {end}")


@main.command()
@click.argument("pool")
@common
def resume(options: Options, pool: str) -> None:
    """Ends a hold on POOL: the operator sizes it again."""
    changes.resume(options.cluster(), pool)
    options.tell({"pool": pool, "held": False}, f"{pool} is sized by its demand again")


@main.command()
@click.argument("pod")
@common
def drain(options: Options, pod: str) -> None:
    """Lets POD finish what it has, take nothing more, and go."""
    pool = changes.drain(options.cluster(), pod)
    options.tell({"pod": pod, "pool": pool}, f"{pod} will be drained by {pool}")


@main.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def simulate(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Compares policies on a trace, on this machine; --help tells how."""
    module = importlib.import_module("stenofleet_autoscaler.simulate.cli")  # heavy, and seldom used
    command: click.Command = module.simulate
    command.main(list(arguments), prog_name=context.command_path)


def _fast_figures(cluster: Cluster, operator_namespace: str | None) -> list[dict[str, Any]]:
    """Queued, in flight and waits: without the leader the rest is shown all the same."""
    try:
        told: list[dict[str, Any]] = fetch(
            cluster, leader_of(cluster, operator_namespace), "/pools"
        )
    except PluginError as error:
        click.echo(f"note: without the leader's figures: {error.message}", err=True)
        return []
    return told
