"""The command ``stenofleet test-release`` (extras: celery, db, movement)."""

from urllib.parse import urlsplit

import click

from stenofleet import cli_steps, release_checks
from stenofleet.cli_errors import errors_told
from stenofleet.cli_steps import as_json_option
from stenofleet.db.engine import make_engine
from stenofleet.movement.way_in import connect
from stenofleet.redis_clients import address_of
from stenofleet.settings import DatabaseSettings, RedisSettings, load
from stenofleet.steps import results


@click.command("test-release")
@click.option("--api", required=True, metavar="URL", help="Where the API is.")
@as_json_option
@errors_told
def test_release(api: str, *, as_json: bool) -> None:
    """Asks the API, the broker and the database how they are; the chart's `helm test` runs it.

    It tells of each, with the cause and the next thing to try, and exits with 1 when one fails.
    """
    settings, engine = load(RedisSettings), make_engine(load(DatabaseSettings))
    client = connect(settings)
    address = address_of(client, settings.redis_sentinel_master)
    steps = [
        release_checks.api_step(_host(api)),
        release_checks.redis_step(client, address),
        release_checks.database_step(engine),
    ]
    cli_steps.tell(results(steps, address), as_json=as_json)


def _host(api: str) -> str:
    found = urlsplit(api)
    if found.scheme != "http" or not found.netloc:
        raise click.BadParameter(f"expected http://host:port, got {api}", param_hint="--api")
    return found.netloc
