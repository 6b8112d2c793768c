"""How commands tell how far they are: a bar in a terminal, plain lines elsewhere; on stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click

BETWEEN_SECONDS: Final = 5.0
"""Between two lines, so that logs stay short."""


@contextmanager
def shown(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """Gives a function that is told how many are done."""
    if not sys.stderr.isatty():
        yield _Lines(total, what)
        return
    with click.progressbar(length=total, label=what, file=sys.stderr) as bar:
        yield lambda done: bar.update(done - bar.pos)


class _Lines:
    """A line when the number has changed, and the last one in any case."""

    def __init__(self, total: int, what: str) -> None:
        self._total = total
        self._what = what
        self._told = -1
        self._at = 0.0

    def __call__(self, done: int) -> None:
        soon = time.monotonic() - self._at < BETWEEN_SECONDS
        if done == self._told or (soon and done < self._total):
            return
        self._told, self._at = done, time.monotonic()
        click.echo(f"{self._what}: {done} of {self._total}", err=True)
