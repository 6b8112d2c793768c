"""Measure transcription on this machine, without a cluster, and print a table in Markdown.

Redis, PostgreSQL, the API and the workers are processes of their own, which go at the end.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, beside its own modules

from bench import speeds, transcripts
from bench.measures import Row, note
from bench.stack import Stack, installed

PARTS: dict[str, Callable[[Stack, int], Iterator[Row]]] = {
    "overhead": transcripts.overhead,
    "words": transcripts.words,
    "speed": speeds.speed,
    "memory": transcripts.memory,
    "waits": transcripts.waits,
    "requests": transcripts.requests,
}


@click.command()
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="These parts.")
@click.option("--model", default="base", show_default=True, help="Whisper's.")
@click.option(
    "--rounds",
    default=3,
    show_default=True,
    type=click.IntRange(1),
    help="Of overhead and speed, whose figures are the middle ones of all rounds.",
)
def bench(only: tuple[str, ...], model: str, rounds: int) -> None:
    """Measure transcription from upload to transcript."""
    click.echo("| measure | figure |\n|---|---|")
    for part in only or PARTS:
        note(part)
        with installed(model) as stack:
            for name, figure in PARTS[part](stack, rounds):
                click.echo(f"| {name} | {figure} |")


if __name__ == "__main__":
    bench()
