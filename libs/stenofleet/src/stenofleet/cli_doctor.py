"""The command ``stenofleet doctor`` (extras: celery, db, movement)."""

import click

from stenofleet import cli_steps
from stenofleet.cli_errors import errors_told
from stenofleet.cli_options import answer_timeout_option
from stenofleet.cli_steps import as_json_option
from stenofleet.doctor import examination
from stenofleet.movement.way_in import connect
from stenofleet.redis_clients import address_of
from stenofleet.settings import RedisSettings, load
from stenofleet.steps import results


@click.command()
@answer_timeout_option
@as_json_option
@errors_told
def doctor(*, timeout: float, as_json: bool) -> None:
    """Looks for the usual faults: broker, workers, queues, clocks, database, credentials.

    It changes nothing. It tells of each, with the cause and the fix, and exits with 1 when
    something is wrong.
    """
    settings = load(RedisSettings)
    client = connect(settings)
    address = address_of(client, settings.redis_sentinel_master)
    steps = examination.steps(client, settings, address, timeout)
    cli_steps.tell(results(steps, address), as_json=as_json)
