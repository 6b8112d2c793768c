"""The command ``stenofleet``."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from stenofleet.db import upgrade as schema
from stenofleet.db.engine import make_engine
from stenofleet.errors import StenofleetError
from stenofleet.settings import DatabaseSettings, load

P = ParamSpec("P")

_timeout = click.option(
    "--timeout", default=300.0, show_default=True, help="Seconds to wait for the database."
)


def _errors_told(run: Callable[P, None]) -> Callable[P, None]:
    @wraps(run)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            run(*args, **kwargs)
        except StenofleetError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(1)

    return told


@click.group()
def main() -> None:
    """Runs the chores of a Stenofleet installation."""


@main.group()
def db() -> None:
    """The database's schema."""


@db.command()
@_timeout
@_errors_told
def upgrade(timeout: float) -> None:
    """Migrates the schema to the revision of this version."""
    revision = schema.upgrade(make_engine(load(DatabaseSettings)), timeout)
    click.echo(f"the database is at revision {revision}")


@db.command()
@_timeout
@_errors_told
def wait(timeout: float) -> None:
    """Waits until the schema is what this version needs."""
    schema.wait(make_engine(load(DatabaseSettings)), timeout)
