"""The command ``stenofleet load-test``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from stenofleet import cli_api, cli_steps
from stenofleet.cli_errors import errors_told
from stenofleet.cli_options import drawable
from stenofleet.cli_progress import shown
from stenofleet.errors import StenofleetError
from stenofleet.load import printed
from stenofleet.load.drive import Load, drive
from stenofleet.load.recording import Recording
from stenofleet.load.target import Target


@click.command("load-test")
@click.option(
    "--sessions",
    type=click.IntRange(1, 100_000),
    default=10,
    show_default=True,
    help="How many are sent.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 500),
    default=5,
    show_default=True,
    help="Submissions at the same time; how many wait is up to the workers.",
)
@click.option(
    "--against",
    type=click.Choice(["api", "queue"]),
    default="api",
    show_default=True,
    help="The API, or database, store and queue beside it, by the environment's settings.",
)
@cli_api.api_options
@click.option(
    "--timeout",
    type=click.FloatRange(1, 86_400),
    default=600,
    show_default=True,
    help="Seconds after which what is not over has failed.",
)
@click.option(
    "--chart",
    "picture",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=drawable("stenofleet[plan]"),
    help="Draws who was done by when: .svg or .png.",
)
@cli_steps.as_json_option
@errors_told
def load_test(
    *,
    sessions: int,
    concurrency: int,
    against: str,
    url: str,
    key: str | None,
    file: Path | None,
    seconds: int,
    language: str,
    keep: bool,
    timeout: float,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Sends many recordings at once, and tells how many were done, how fast, and why not.

    It exits with 1 when one of them fails.
    """
    recording = Recording.read(file) if file else Recording.synthetic(seconds)
    load = Load(sessions, concurrency, timeout)
    opened = (
        _api(url, key, recording, language) if against == "api" else _queue(recording, language)
    )
    with opened as target:
        try:
            with shown(sessions, "ended") as tell:
                report = drive(target, load, tell)
        finally:
            if not keep:
                _remove(target)
    if as_json:
        cli_steps.tell_json(report.as_json())
    else:
        click.echo("\n".join(printed.lines(report)))
    if picture is not None:
        from stenofleet.load import chart  # noqa: PLC0415 - needs an extra

        chart.draw(report, picture)
    if len(report.good) < sessions:
        sys.exit(1)


@contextmanager
def _api(url: str, key: str | None, recording: Recording, language: str) -> Iterator[Target]:
    with cli_api.client(url, key) as client:
        from stenofleet.load.by_api import ByApi  # noqa: PLC0415 - needs an extra

        yield ByApi(client, recording, language)


@contextmanager
def _queue(recording: Recording, language: str) -> Iterator[Target]:
    # Celery takes a while, and an API needs none of it.
    from stenofleet.celery_app import make_app  # noqa: PLC0415
    from stenofleet.db.engine import make_engine, make_sessions  # noqa: PLC0415
    from stenofleet.load.by_queue import ByQueue  # noqa: PLC0415
    from stenofleet.settings import (  # noqa: PLC0415
        DatabaseSettings,
        RedisSettings,
        StorageSettings,
        load,
    )
    from stenofleet.storage import Recordings  # noqa: PLC0415

    engine = make_engine(load(DatabaseSettings), "stenofleet-load-test")
    app = make_app(load(RedisSettings), "stenofleet-load-test")
    store = Recordings.of(load(StorageSettings))
    try:
        yield ByQueue(make_sessions(engine), store, app, recording, language)
    finally:
        app.close()
        engine.dispose()


def _remove(target: Target) -> None:
    """What cannot be removed is told, and changes no figure."""
    left: list[StenofleetError] = []
    for session in target.made:
        try:
            target.remove(session)
        except StenofleetError as error:
            left.append(error)
    if left:
        click.echo(f"{len(left)} sessions were not deleted: {left[0]}", err=True)
