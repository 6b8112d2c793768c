"""The command ``stenofleet doctor`` (extras: celery, db, movement)."""

from stenofleet import cli_steps
from stenofleet.doctor import examination
from stenofleet.movement.way_in import connect
from stenofleet.redis_clients import address_of
from stenofleet.settings import RedisSettings, load
from stenofleet.steps import results


def run(*, timeout: float, as_json: bool) -> None:
    """Looks at everything, and exits with 1 when something is wrong."""
    settings = load(RedisSettings)
    client = connect(settings)
    address = address_of(client, settings.redis_sentinel_master)
    steps = examination.steps(client, settings, address, timeout)
    cli_steps.tell(results(steps, address), as_json=as_json)
