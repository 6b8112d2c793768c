"""The schema on a real PostgreSQL: two upgrades at once, older and newer code, a database away."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text
from stenofleet.db import upgrade as schema
from stenofleet.db.engine import make_engine
from stenofleet.errors import MigrationError
from stenofleet.settings import DatabaseSettings
from support.servers import PostgresServer


@pytest.fixture
def empty(postgres_server: PostgresServer) -> Iterator[Engine]:
    engine = make_engine(DatabaseSettings(database_url=postgres_server.create("empty")))
    yield engine
    engine.dispose()
    postgres_server.drop("empty")


def revision(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def test_upgrades_that_meet_both_succeed(empty: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        reached = set(pool.map(lambda _: schema.upgrade(empty, timeout=120), range(4)))
    assert reached == {schema.head()} == {revision(empty)}


def test_the_migrations_make_what_the_models_say(empty: Engine) -> None:
    schema.upgrade(empty, timeout=120)
    with empty.begin() as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.check(config)


def test_waiting_on_an_empty_database_tells_what_was_expected(empty: Engine) -> None:
    with pytest.raises(MigrationError, match=f"expected revision {schema.head()}.*None"):
        schema.wait(empty, timeout=0.1)


def test_older_code_neither_waits_for_nor_touches_a_newer_schema(empty: Engine) -> None:
    schema.upgrade(empty, timeout=120)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    schema.wait(empty, timeout=0.1)
    schema.upgrade(empty, timeout=120)
    assert revision(empty) == "9999"


def test_a_database_that_is_away_is_told_without_its_password() -> None:
    settings = DatabaseSettings(database_url="postgresql://me:hush@127.0.0.1:1/none")
    with pytest.raises(MigrationError, match="did not answer") as raised:
        schema.upgrade(make_engine(settings), timeout=0)
    assert "hush" not in str(raised.value)


def test_the_query_of_the_predecessors_users_works(database_url: str) -> None:
    query = (
        "SELECT s.id, s.status, s.transcription_job_id, ps.progress, ps.message FROM session s "
        "LEFT JOIN processing_status ps ON s.id = ps.session_id "
        "WHERE s.created_at > NOW() - INTERVAL '1 hour' ORDER BY s.created_at DESC;"
    )
    engine = make_engine(DatabaseSettings(database_url=database_url))
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO session (id, title) VALUES (gen_random_uuid(), 'A talk')")
        )
        assert [row.status for row in connection.execute(text(query))] == ["uploading"]
    engine.dispose()


def test_everything_that_a_user_reads_has_an_owner(database_url: str) -> None:
    engine = make_engine(DatabaseSettings(database_url=database_url))
    for table in ("session", "segment", "processing_status"):
        assert "owner_id" in {column["name"] for column in inspect(engine).get_columns(table)}
    engine.dispose()
