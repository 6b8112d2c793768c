"""Measure movements on this machine, without a cluster, and print a table in Markdown.

Redis, PostgreSQL, the API and the workers are processes of their own, which go at the end.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, beside its own modules

from bench import taking, writing
from bench.measures import Row, note
from bench.stack import Stack, installed

PARTS: dict[str, Callable[[Stack], Iterator[Row]]] = {
    "writer": writing.writer,
    "memory": writing.memory,
    "api": taking.api,
    "pages": taking.pages,
}


@click.command()
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="These parts.")
def bench(only: tuple[str, ...]) -> None:
    """Measure movements on their way in, from their list to their table, and read from it."""
    click.echo("| measure | figure |\n|---|---|")
    for part in only or PARTS:
        note(part)
        with installed() as stack:
            for name, figure in PARTS[part](stack):
                click.echo(f"| {name} | {figure} |")


if __name__ == "__main__":
    bench()
