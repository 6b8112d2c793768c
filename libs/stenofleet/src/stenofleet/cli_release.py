"""The command ``stenofleet test-release`` (extras: celery, db, movement)."""

import sys
from urllib.parse import urlsplit

import click

from stenofleet import cli_checks, release_checks
from stenofleet.checks import Step
from stenofleet.db.engine import make_engine
from stenofleet.movement.way_in import connect
from stenofleet.settings import DatabaseSettings, RedisSettings, load


def run(api: str) -> None:
    """Tries everything, whatever fails before it, and exits with 1 when something did.

    Args:
        api: where the API is: ``http://host:port``.
    """
    settings, engine = load(RedisSettings), make_engine(load(DatabaseSettings))
    steps = [
        release_checks.api_step(_host(api)),
        _broker(settings),
        release_checks.database_step(engine),
    ]
    done = [cli_checks.is_done(step, "the broker") for step in steps]
    if not all(done):
        sys.exit(1)


def _host(api: str) -> str:
    found = urlsplit(api)
    if found.scheme != "http" or not found.netloc:
        raise click.BadParameter(f"expected http://host:port, got {api}", param_hint="--api")
    return found.netloc


def _broker(settings: RedisSettings) -> Step:
    client = connect(settings)
    address = cli_checks.address_of(client, settings.redis_sentinel_master)
    return release_checks.redis_step(client, address)
