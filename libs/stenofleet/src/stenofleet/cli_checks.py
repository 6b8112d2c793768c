"""The command ``stenofleet test-redis-celery``."""

import click

from stenofleet import checks, cli_steps
from stenofleet.celery_app import make_app
from stenofleet.cli_errors import errors_told
from stenofleet.cli_steps import as_json_option
from stenofleet.movement.way_in import connect
from stenofleet.redis_clients import address_of
from stenofleet.settings import MovementSettings, RedisSettings, load
from stenofleet.steps import Step, results


@click.command("test-redis-celery")
@click.option("--test-all", is_flag=True, help="Both of the next two; also by default.")
@click.option("--test-redis", is_flag=True, help="Redis answers, takes writes and keeps them.")
@click.option("--test-celery", is_flag=True, help="A worker is there and does a task.")
@click.option(
    "--add-sample-data",
    "samples",
    is_flag=False,
    flag_value=10,
    type=click.IntRange(1, 100_000),
    metavar="[N]",
    help="Puts so many movements into the queue; 10 when it is not said.",
)
@click.option("--process-queue", is_flag=True, help="Has a worker write what waits.")
@as_json_option
@errors_told
def test_redis_celery(
    *,
    test_all: bool,
    test_redis: bool,
    test_celery: bool,
    samples: int | None,
    process_queue: bool,
    as_json: bool,
) -> None:
    """Tries the way of a movement, with the environment's settings or those of .env.

    It stops at what fails, with the cause and the next thing to try, and exits with 1.
    """
    nothing = not (test_redis or test_celery or process_queue or samples is not None)
    everything = test_all or nothing
    _run(
        redis=test_redis or everything,
        celery=test_celery or everything,
        samples=samples,
        process=process_queue,
        as_json=as_json,
    )


def _run(*, redis: bool, celery: bool, samples: int | None, process: bool, as_json: bool) -> None:
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
