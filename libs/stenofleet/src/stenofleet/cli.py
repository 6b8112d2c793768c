"""The command ``stenofleet``."""

from datetime import datetime

import click

from stenofleet import cli_fleet, cli_flow, cli_keys, cli_load, cli_plan
from stenofleet.cli_errors import errors_told
from stenofleet.cli_services import CommandsOfServices
from stenofleet.cli_steps import as_json_option
from stenofleet.db import upgrade as schema
from stenofleet.db.engine import make_engine
from stenofleet.db.models import DEFAULT_OWNER
from stenofleet.keys import Scope, Wish
from stenofleet.settings import DatabaseSettings, load

_timeout = click.option(
    "--timeout", default=300.0, show_default=True, help="Seconds to wait for the database."
)


@click.group(cls=CommandsOfServices)
def main() -> None:
    """Runs the chores of a Stenofleet installation."""


@main.group()
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


@main.group()
def keys() -> None:
    """Keys with which programs call the API."""


@keys.command()
@click.option("--owner", default=DEFAULT_OWNER, show_default=True, help="Whose rows it opens.")
@click.option("--name", required=True, help="What people call it.")
@click.option(
    "--scopes",
    default=Scope.SESSIONS.value,
    show_default=True,
    callback=cli_keys.scopes,
    help=f"Some of {', '.join(Scope)}, with commas.",
)
@click.option("--rate", type=click.IntRange(1), help="Requests a minute; default: the API's own.")
@click.option("--max-upload-bytes", type=click.IntRange(1), help="Default: the API's own limit.")
@click.option("--expires", type=cli_keys.Lifetime(), help="When it ends; default: never.")
@errors_told
def create(
    *,
    owner: str,
    name: str,
    scopes: tuple[Scope, ...],
    rate: int | None,
    max_upload_bytes: int | None,
    expires: datetime | None,
) -> None:
    """Makes a key and prints it; it cannot be shown again."""
    cli_keys.create(Wish(owner, name, scopes, rate, max_upload_bytes, expires))


@keys.command("list")
@click.option("--owner", help="Only this owner's keys.")
@errors_told
def list_keys(owner: str | None) -> None:
    """Shows who has keys, by their beginnings."""
    cli_keys.show(owner)


@keys.command()
@click.argument("which", metavar="ID|BEGINNING")
@errors_told
def revoke(which: str) -> None:
    """Ends a key within seconds."""
    cli_keys.revoke(which)


@main.group()
def movement() -> None:
    """Movement logs."""


@movement.command("dead-letters")
@click.option("--owner", help="Only this owner's; default: everybody's.")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="How many are shown, the newest ones.",
)
@click.option("--replay", is_flag=True, help="Put all of them into the queue again.")
@errors_told
def dead_letters(*, owner: str | None, limit: int, replay: bool) -> None:
    """Shows what could not be written, with the reason, or tries it again."""
    # Imported here: Celery takes a while, and other commands need none of it.
    from stenofleet import cli_movement  # noqa: PLC0415

    if replay:
        cli_movement.replay(owner)
    else:
        cli_movement.show(owner, limit)


@main.command("test-redis-celery")
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
    # Imported here: as above.
    from stenofleet import cli_checks  # noqa: PLC0415

    nothing = not (test_redis or test_celery or process_queue or samples is not None)
    everything = test_all or nothing
    cli_checks.run(
        redis=test_redis or everything,
        celery=test_celery or everything,
        samples=samples,
        process=process_queue,
        as_json=as_json,
    )


@main.command()
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 60.0),
    default=2.0,
    show_default=True,
    help="Seconds until a worker counts as one that does not answer.",
)
@as_json_option
@errors_told
def doctor(*, timeout: float, as_json: bool) -> None:
    """Looks for the usual faults: broker, workers, queues, clocks, database, credentials.

    It changes nothing. It tells of each, with the cause and the fix, and exits with 1 when
    something is wrong.
    """
    # Imported here: as above.
    from stenofleet import cli_doctor  # noqa: PLC0415

    cli_doctor.run(timeout=timeout, as_json=as_json)


@main.command("test-release")
@click.option("--api", required=True, metavar="URL", help="Where the API is.")
@as_json_option
@errors_told
def test_release(api: str, *, as_json: bool) -> None:
    """Asks the API, the broker and the database how they are; the chart's `helm test` runs it.

    It tells of each, with the cause and the next thing to try, and exits with 1 when one fails.
    """
    # Imported here: as above.
    from stenofleet import cli_release  # noqa: PLC0415

    cli_release.run(api, as_json=as_json)


main.add_command(cli_flow.test_transcription_flow)
main.add_command(cli_load.load_test)
main.add_command(cli_plan.plan)
main.add_command(cli_fleet.check_celery_status)
