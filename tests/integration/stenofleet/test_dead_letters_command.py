"""``stenofleet movement dead-letters``, as administrators type it."""

import hashlib

import pytest
from click.testing import CliRunner, Result
from redis import Redis
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.cli import main
from stenofleet.db.engine import make_engine, make_sessions
from stenofleet.db.models import MovementDeadLetter
from stenofleet.movement import dead_letters
from stenofleet.movement.keys import QUEUE
from stenofleet.settings import DatabaseSettings
from support.movements_sent import messages
from support.servers import RedisServer


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> sessionmaker[Session]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return make_sessions(make_engine(DatabaseSettings(database_url=database_url)))


@pytest.fixture
def redis(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Redis:
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    return Redis.from_url(redis_server.url)


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["movement", "dead-letters", *words])


def bury(database: sessionmaker[Session], *raws: bytes, owner: str = "default") -> None:
    with database.begin() as db:
        for raw in raws:
            digest = hashlib.sha256(raw).digest()
            db.add(MovementDeadLetter(digest=digest, raw=raw, owner_id=owner, reason="no JSON"))


def unreplayed(database: sessionmaker[Session]) -> list[bytes]:
    with database() as db:
        waiting = MovementDeadLetter.replayed_at.is_(None)
        return list(db.scalars(select(MovementDeadLetter.raw).where(waiting)))


def test_dead_letters_are_shown_with_their_reasons(database: sessionmaker[Session]) -> None:
    bury(database, b"\xff{", b"x" * 500)
    bury(database, b"hers", owner="ann")

    everybodys, anns = typed(), typed("--owner", "ann")

    assert r"\xff{" in everybodys.output
    assert "no JSON" in everybodys.output
    assert "3 in all" in everybodys.output
    assert max(map(len, everybodys.output.splitlines())) < 200
    assert "hers" in anns.output
    assert "1 in all" in anns.output


def test_all_are_replayed_in_parts_and_a_batch_is_asked_for(
    database: sessionmaker[Session], redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "MOST_REPLAYED", 2)
    bury(database, b"1", b"2", b"3", b"4", b"5")

    result = typed("--replay")

    assert result.exit_code == 0, result.output
    assert "5 dead letters are in the queue again" in result.output
    assert redis.lrange(QUEUE, 0, -1) == [b"1", b"2", b"3", b"4", b"5"]
    assert len(messages(redis, "logs")) == 1
    assert unreplayed(database) == []


def test_without_redis_nothing_counts_as_replayed(
    database: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:open-sesame@127.0.0.1:1/0")
    bury(database, b"1")

    result = typed("--replay")

    assert result.exit_code == 1
    assert "error: Redis does not take movements" in result.output
    assert "open-sesame" not in result.output
    assert unreplayed(database) == [b"1"]
