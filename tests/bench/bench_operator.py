"""Measure the operator on a cluster, as KEDA was measured, and print a table in Markdown.

The operator, a Redis and a plain Celery app are in a namespace of their own, which goes at the end.
"""

import sys
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, beside its own modules

from bench.rounds import PARTS
from support.operator_lab import lab
from support.releases import some_cluster


@click.command()
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="These parts.")
@click.option("--rounds", type=click.IntRange(1, 1000), help="Rounds of each part.")
@click.option("--namespace", default="stenofleet-bench", show_default=True)
def bench(only: tuple[str, ...], rounds: int | None, namespace: str) -> None:
    """Measure the operator on the cluster of CONTEXT, or on this project's own."""
    with some_cluster() as cluster, lab(cluster, namespace) as opened:
        click.echo("| measure | rounds | min | median | p99 | max |\n|---|---|---|---|---|---|")
        for part in only or PARTS:
            measure, usual = PARTS[part]
            for each in measure(opened, rounds or usual):
                click.echo(f"| {' | '.join(each.row())} |")


if __name__ == "__main__":
    bench()
