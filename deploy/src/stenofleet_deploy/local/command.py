"""The commands ``stenofleet-deploy local ...``."""

import click

from stenofleet_deploy.local import servers, settings
from stenofleet_deploy.options import ROOT
from stenofleet_deploy.progress import say


@click.group()
def local() -> None:
    """Redis and PostgreSQL for API and workers that run on this machine."""


@local.command()
def up() -> None:
    """Make .env unless it is there, and start what does not answer where it says."""
    data = settings.data_folder()
    if settings.ensure(ROOT, data):
        say(f"==> {settings.FILE} made of {settings.EXAMPLE}, with passwords of its own")
    servers.up(ROOT, settings.read(ROOT), data)


@local.command()
def down() -> None:
    """Stop what `up` started; the data stay."""
    servers.down(ROOT, settings.read(ROOT), settings.data_folder())
