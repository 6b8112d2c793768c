"""The command ``stenofleet``."""

import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec

import click

from stenofleet import cli_keys
from stenofleet.db import upgrade as schema
from stenofleet.db.engine import make_engine
from stenofleet.db.models import DEFAULT_OWNER
from stenofleet.errors import StenofleetError
from stenofleet.keys import Scope, Wish
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


@main.group()
def keys() -> None:
    """Keys with which programs call the API."""


@keys.command()
@click.option("--owner", default=DEFAULT_OWNER, show_default=True, help="Whose rows it opens.")
@click.option("--name", required=True, help="What people call it.")
@click.option(
    "--scopes",
    default=Scope.SESSIONS.value,
    show_default=True,
    callback=cli_keys.scopes,
    help=f"Some of {', '.join(Scope)}, with commas.",
)
@click.option("--rate", type=click.IntRange(1), help="Requests a minute; default: the API's own.")
@click.option("--max-upload-bytes", type=click.IntRange(1), help="Default: the API's own limit.")
@click.option("--expires", type=cli_keys.Lifetime(), help="When it ends; default: never.")
@_errors_told
def create(
    *,
    owner: str,
    name: str,
    scopes: tuple[Scope, ...],
    rate: int | None,
    max_upload_bytes: int | None,
    expires: datetime | None,
) -> None:
    """Makes a key and prints it; it cannot be shown again."""
    cli_keys.create(Wish(owner, name, scopes, rate, max_upload_bytes, expires))


@keys.command("list")
@click.option("--owner", help="Only this owner's keys.")
@_errors_told
def list_keys(owner: str | None) -> None:
    """Shows who has keys, by their beginnings."""
    cli_keys.show(owner)


@keys.command()
@click.argument("which", metavar="ID|BEGINNING")
@_errors_told
def revoke(which: str) -> None:
    """Ends a key within seconds."""
    cli_keys.revoke(which)
