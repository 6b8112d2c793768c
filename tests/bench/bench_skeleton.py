"""Measure the whole way on a running release and print a table in Markdown.

Times are those of this machine's clock and of the database's, so both should be the same machine.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, beside its own modules

from bench import measures
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.release import Release
from stenofleet_deploy.where import Where, placed

PARTS: dict[str, Callable[[Release, int], Iterator[measures.Row]]] = {
    "images": lambda release, _: measures.image_sizes(release),
    "reaction": measures.reaction,
    "one-slot": lambda release, _: measures.throughput(release, 1),
    "two-slots": lambda release, _: measures.throughput(release, 2),
    "change": lambda release, _: measures.code_change(release),
    "restart": lambda release, _: measures.restart(release),
}
HARMLESS = ("images", "reaction", "one-slot", "two-slots")


@click.command()
@placed
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(2, 1000))
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="These parts.")
@click.option("--with-change", is_flag=True, help="Deploy a changed API as well.")
@click.option("--with-restart", is_flag=True, help="Stop and start the cluster as well.")
def bench(
    where: Where, *, rounds: int, only: tuple[str, ...], with_change: bool, with_restart: bool
) -> None:
    """Measure the release that `make up` deployed."""
    more = [name for name, on in (("change", with_change), ("restart", with_restart)) if on]
    release = where.find()
    print_table(measured(release, only or (*HARMLESS, *more), rounds))


def measured(release: Release, parts: Iterable[str], rounds: int) -> Iterator[measures.Row]:
    """Run the parts; one that fails is a row as well, and the next ones run."""
    for part in parts:
        measures.note(part)
        try:
            yield from PARTS[part](release, rounds)
        except DeployError as error:
            yield part, f"not measured: {str(error).splitlines()[0]}"


def print_table(rows: Iterable[measures.Row]) -> None:
    """Print each row as soon as it is measured."""
    click.echo("| measure | figure |\n|---|---|")
    for name, figure in rows:
        click.echo(f"| {name} | {figure} |")


if __name__ == "__main__":
    bench()
