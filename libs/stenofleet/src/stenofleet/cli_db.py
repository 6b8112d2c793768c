"""The commands ``stenofleet db`` (extra: db)."""

import click

from stenofleet.cli_errors import errors_told
from stenofleet.db import upgrade as schema
from stenofleet.db.engine import make_engine
from stenofleet.settings import DatabaseSettings, load

_timeout = click.option(
    "--timeout", default=300.0, show_default=True, help="Seconds to wait for the database."
)


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@_timeout
@errors_told
def upgrade(timeout: float) -> None:
    """Migrates the schema to the revision of this version."""
    revision = schema.upgrade(make_engine(load(DatabaseSettings)), timeout)
    click.echo(f"the database is at revision {revision}")


@db.command()
@_timeout
@errors_told
def wait(timeout: float) -> None:
    """Waits until the schema is what this version needs."""
    schema.wait(make_engine(load(DatabaseSettings)), timeout)
