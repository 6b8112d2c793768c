"""The command ``stenofleet test-redis-celery``."""

from stenofleet import checks, cli_steps
from stenofleet.celery_app import make_app
from stenofleet.movement.way_in import connect
from stenofleet.redis_clients import address_of
from stenofleet.settings import MovementSettings, RedisSettings, load
from stenofleet.steps import Step, results


def run(*, redis: bool, celery: bool, samples: int | None, process: bool, as_json: bool) -> None:
    """Tries what is asked for, in this order, until something fails; exits with 1 then."""
    settings = load(RedisSettings)
    client, app = connect(settings), make_app(settings, "stenofleet-checks")
    address = address_of(client, settings.redis_sentinel_master)
    steps: list[Step] = []
    if redis:
        steps += checks.redis_steps(client, address)
    if celery:
        steps += checks.celery_steps(app, client)
    if samples is not None:
        limit = load(MovementSettings).movement_queue_limit
        steps.append(checks.sample_step(client, samples, limit))
    if process:
        steps.append(checks.batch_step(app))
    cli_steps.tell(results(steps, address), as_json=as_json, stops=True)
