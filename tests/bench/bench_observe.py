"""Measure what it costs to be seen, on this machine, and print a table in Markdown.

Servers, operator, workers and celery-exporter are processes of their own, which go at the end.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, beside its own modules

from bench import asking, overhead, scraping
from bench.measures import Row, note

PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "pools": scraping.pools,
    "workers": scraping.workers,
    "redis": asking.redis,
    "tasks": overhead.tasks,
}


@click.command()
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="These parts.")
def bench(only: tuple[str, ...]) -> None:
    """Measure scrapes, commands of Redis, and what is taken of a task."""
    click.echo("| measure | figure |\n|---|---|")
    for part in only or PARTS:
        note(part)
        for name, figure in PARTS[part]():
            click.echo(f"| {name} | {figure} |")


if __name__ == "__main__":
    bench()
