"""The command ``stenofleet test-redis-celery``."""

import sys

import click
from redis import Redis, RedisError

from stenofleet import checks
from stenofleet.celery_app import make_app
from stenofleet.checks import Step, Trouble
from stenofleet.movement.way_in import connect
from stenofleet.settings import MovementSettings, RedisSettings, load


def run(*, redis: bool, celery: bool, samples: int | None, process: bool) -> None:
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
    if not all(is_done(step, address) for step in steps):
        sys.exit(1)


def address_of(client: Redis, master: str | None) -> str:
    """Where a client connects to, without its password; ``master`` is what Sentinels name it."""
    told = client.connection_pool.connection_kwargs
    if "path" in told:
        return str(told["path"])
    place = f"{told['host']}:{told['port']}" if "host" in told else f"the master {master}"
    return f"{place}, database {told.get('db') or 0}"


def is_done(step: Step, address: str) -> bool:
    """Tries a step at a Redis of this address, and tells how it went."""
    try:
        seen = step.run()
    except RedisError as error:
        return _failed(step, checks.told(error, address))
    except Trouble as trouble:
        return _failed(step, trouble)
    click.echo(f"✓ {step.title}: {seen}")
    return True


def _failed(step: Step, trouble: Trouble) -> bool:
    click.echo(f"✗ {step.title}: {trouble}")
    click.echo(f"  next: {trouble.then}")
    return False
