"""The commands ``stenofleet keys`` (extra: db)."""

from datetime import UTC, datetime, timedelta

import click
from sqlalchemy.orm import Session, sessionmaker

from stenofleet import keys
from stenofleet.cli_errors import errors_told
from stenofleet.db.engine import make_engine, make_sessions
from stenofleet.db.models import DEFAULT_OWNER, ApiKey
from stenofleet.errors import KeyNotFound
from stenofleet.keys import Scope, Wish
from stenofleet.settings import DatabaseSettings, load

_COLUMNS = "{:<11}  {:<36}  {:<12}  {:<16}  {:<9}  {:<20}  {}"


class Lifetime(click.ParamType[datetime]):
    """Days, as in ``90d``, or a date, as in ``2027-01-31``; days end at midnight UTC."""

    name = "90d|YYYY-MM-DD"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The end, with its zone."""
        try:
            return _end(str(value))
        except (ValueError, OverflowError):
            self.fail(f"expected days (90d) or a date (2027-01-31), got {value!r}", param, ctx)


def _scopes(_: click.Context, __: click.Parameter, text: str) -> tuple[Scope, ...]:
    """What ``--scopes a,b`` names."""
    try:
        return tuple(dict.fromkeys(Scope(word.strip()) for word in text.split(",")))
    except ValueError:
        known = ", ".join(Scope)
        raise click.BadParameter(f"expected some of {known}, got {text!r}") from None


@click.group("keys")
def group() -> None:
    """Keys with which programs call the API."""


@group.command()
@click.option("--owner", default=DEFAULT_OWNER, show_default=True, help="Whose rows it opens.")
@click.option("--name", required=True, help="What people call it.")
@click.option(
    "--scopes",
    default=Scope.SESSIONS.value,
    show_default=True,
    callback=_scopes,
    help=f"Some of {', '.join(Scope)}, with commas.",
)
@click.option("--rate", type=click.IntRange(1), help="Requests a minute; default: the API's own.")
@click.option("--max-upload-bytes", type=click.IntRange(1), help="Default: the API's own limit.")
@click.option("--expires", type=Lifetime(), help="When it ends; default: never.")
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
    wish = Wish(owner, name, scopes, rate, max_upload_bytes, expires)
    with _database().begin() as db:
        row, key = keys.create(db, wish)
        click.echo(f"key {row.id} of {row.owner_id}; it is shown only now:", err=True)
    click.echo(key)


@group.command("list")
@click.option("--owner", help="Only this owner's keys.")
@errors_told
def list_keys(owner: str | None) -> None:
    """Shows who has keys, by their beginnings."""
    click.echo(_COLUMNS.format("KEY", "ID", "OWNER", "NAME", "STATE", "LAST USED", "SCOPES"))
    with _database()() as db:
        for row in keys.listed(db, owner):
            click.echo(_line(row))


@group.command()
@click.argument("which", metavar="ID|BEGINNING")
@errors_told
def revoke(which: str) -> None:
    """Ends a key within seconds."""
    with _database().begin() as db:
        ended = keys.revoke(db, which)
        if not ended:
            raise KeyNotFound(
                f"no key in use has the id or the beginning {which!r}; `stenofleet keys list` "
                "shows them"
            )
        for row in ended:
            click.echo(f"key {row.prefix}... of {row.owner_id} ({row.name}) is revoked")


def _end(text: str) -> datetime:
    if text.endswith("d"):
        return datetime.now(UTC) + timedelta(days=int(text[:-1]))
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _line(row: ApiKey) -> str:
    used = f"{row.last_used_at:%Y-%m-%dT%H:%M:%SZ}" if row.last_used_at else "never"
    told = (row.prefix, str(row.id), row.owner_id, row.name, _state(row), used)
    return _COLUMNS.format(*told, ",".join(row.scopes))


def _state(row: ApiKey) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at and row.expires_at <= datetime.now(UTC) else "active"


def _database() -> sessionmaker[Session]:
    return make_sessions(make_engine(load(DatabaseSettings), "stenofleet-keys"))
