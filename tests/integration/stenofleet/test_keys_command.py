"""``stenofleet keys``, as administrators type it."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from stenofleet import keys
from stenofleet.cli import main
from stenofleet.db.engine import make_engine, make_sessions
from stenofleet.db.models import ApiKey
from stenofleet.settings import DatabaseSettings


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> sessionmaker[Session]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return make_sessions(make_engine(DatabaseSettings(database_url=database_url)))


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["keys", *words])


def made(*words: str) -> str:
    result = typed("create", "--name", "laptop", *words)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def rows(database: sessionmaker[Session]) -> list[ApiKey]:
    with database() as db:
        return list(db.scalars(select(ApiKey).order_by(ApiKey.created_at)))


def test_a_key_is_printed_and_only_its_hash_is_kept(database: sessionmaker[Session]) -> None:
    key = made("--owner", "ann", "--scopes", "sessions, movement:read", "--rate", "7")

    (row,) = rows(database)
    assert keys.is_well_formed(key)
    assert row.hash == keys.hashed(key)
    assert row.prefix == key[:11]
    assert (row.owner_id, row.name, row.rate_per_minute) == ("ann", "laptop", 7)
    assert row.scopes == ["sessions", "movement:read"]
    assert row.expires_at is None
    assert key not in str(vars(row))


@pytest.mark.parametrize(
    ("given", "expected"), [("2031-01-31", datetime(2031, 1, 31, tzinfo=UTC)), ("1d", None)]
)
def test_a_key_ends_at_a_date_or_after_days(
    database: sessionmaker[Session], given: str, expected: datetime | None
) -> None:
    made("--expires", given)

    end = rows(database)[0].expires_at
    assert end is not None
    assert end == expected if expected else end > datetime.now(UTC)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--scopes", "everything"), "movement:write"),
        (("--scopes", ""), "expected some of"),
        (("--expires", "soon"), "90d"),
        (("--expires", "99999999999d"), "90d"),
        (("--rate", "0"), "x>=1"),
    ],
)
def test_a_wrong_option_is_named_and_makes_no_key(
    database: sessionmaker[Session], words: tuple[str, ...], told: str
) -> None:
    result = typed("create", "--name", "a", *words)

    assert result.exit_code == 2
    assert told in result.output
    assert rows(database) == []


def test_the_list_shows_beginnings_and_never_a_key(database: sessionmaker[Session]) -> None:
    del database
    ann, bob = made("--owner", "ann"), made("--owner", "bob")
    typed("revoke", bob[:11])

    everything, only_ann = typed("list").output, typed("list", "--owner", "ann").output

    assert ann[:11] in everything
    assert bob[:11] in everything
    assert "revoked" in everything
    assert ann not in everything
    assert bob[:11] not in only_ann


def test_a_key_is_revoked_by_beginning_or_id(database: sessionmaker[Session]) -> None:
    first, _ = made(), made()
    second = str(rows(database)[1].id)

    results = typed("revoke", first[:11]), typed("revoke", second)

    assert [each.exit_code for each in results] == [0, 0]
    assert all(row.revoked_at for row in rows(database))


def test_revoking_what_is_not_there_fails_with_the_way_to_find_it(
    database: sessionmaker[Session],
) -> None:
    del database
    result = typed("revoke", "sf_nothing")

    assert result.exit_code == 1
    assert "stenofleet keys list" in result.output
