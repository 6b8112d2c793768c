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
    made = settings.ensure(ROOT, data)
    found = settings.read(ROOT)
    if made:
        where = " and ".join(f"{name}={found[name]}" for name in settings.PORTS)
        say(f"==> {settings.FILE} made of {settings.EXAMPLE}, with {where} and own passwords")
    servers.up(ROOT, found, data)


@local.command()
def down() -> None:
    """Stop what `up` started; the data stay."""
    servers.down(ROOT, settings.read(ROOT), settings.data_folder())
