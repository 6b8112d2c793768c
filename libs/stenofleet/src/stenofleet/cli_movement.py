"""The commands ``stenofleet movement`` (extras: celery, db, movement)."""

import click
from redis import RedisError
from sqlalchemy.orm import Session, sessionmaker

from stenofleet.celery_app import make_app
from stenofleet.cli_errors import errors_told
from stenofleet.db.engine import make_engine, make_sessions
from stenofleet.db.models import MovementDeadLetter
from stenofleet.errors import MovementsNotQueued
from stenofleet.movement import dead_letters
from stenofleet.movement.intake import Intake
from stenofleet.movement.way_in import WayIn, connect
from stenofleet.settings import DatabaseSettings, MovementSettings, RedisSettings, load

SHOWN_CHARACTERS = 80
_COLUMNS = "{:<10}  {:<20}  {:<12}  {:<50}  {}"


@click.group("movement")
def group() -> None:
    """Movement logs."""


@group.command("dead-letters")
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
def shown_or_replayed(*, owner: str | None, limit: int, replay: bool) -> None:
    """Shows what could not be written, with the reason, or tries it again."""
    if replay:
        _replay(owner)
    else:
        _show(owner, limit)


def _show(owner: str | None, limit: int) -> None:
    """Prints dead letters that were not replayed, newest first."""
    click.echo(_COLUMNS.format("ID", "CAME", "OWNER", "REASON", "RAW"))
    with _database()() as db:
        for row in dead_letters.page(db, owner, limit=limit):
            click.echo(_line(row))
        click.echo(f"{dead_letters.count(db, owner)} in all", err=True)


def _replay(owner: str | None) -> None:
    """Puts all of them into the queue again, those that were there at the beginning.

    Raises:
        MovementsNotQueued: Redis is away or full; what was put before stays put.
    """
    try:
        total = _replayed(_database(), _intake(), owner)
    except RedisError as error:
        raise MovementsNotQueued(f"Redis does not take movements: {error}") from None
    click.echo(f"{total} dead letters are in the queue again")


def _replayed(sessions: sessionmaker[Session], intake: Intake, owner: str | None) -> int:
    with sessions() as db:
        newest = dead_letters.newest(db)
    last, total = 0, 0
    while last < newest:
        with sessions.begin() as db:
            ids = dead_letters.replay(db, intake.put, owner, after=last)
        if not ids:
            break
        last, total = ids[-1], total + len(ids)
    return total


def _intake() -> Intake:
    redis = load(RedisSettings)
    movements = load(MovementSettings)
    way_in = WayIn(connect(redis), movements.movement_replicas)
    return Intake(way_in, make_app(redis, "stenofleet-movement"), movements.movement_queue_limit)


def _line(row: MovementDeadLetter) -> str:
    raw = row.raw[:SHOWN_CHARACTERS].decode(errors="backslashreplace")
    told = (row.id, f"{row.created_at:%Y-%m-%dT%H:%M:%SZ}", row.owner_id, row.reason, raw)
    return _COLUMNS.format(*told)


def _database() -> sessionmaker[Session]:
    return make_sessions(make_engine(load(DatabaseSettings), "stenofleet-movement"))
