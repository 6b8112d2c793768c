"""How commands tell errors: in a sentence, and by their exit code."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from stenofleet.errors import StenofleetError
from stenofleet.steps import Trouble

P = ParamSpec("P")


def errors_told(run: Callable[P, None]) -> Callable[P, None]:
    """Makes the library's errors a line on stderr, and exit code 1."""

    @wraps(run)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            run(*args, **kwargs)
        except StenofleetError as error:
            click.echo(f"error: {error}", err=True)
            if isinstance(error, Trouble):
                click.echo(f"  next: {error.then}", err=True)
            sys.exit(1)

    return told
