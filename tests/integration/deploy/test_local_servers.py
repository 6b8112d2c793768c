"""Redis and PostgreSQL of this machine, as `make dev-setup` starts them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis as client
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.local import postgresql, redis, servers
from support.servers import free_port

PASSWORD = "it-is-long-and_random"


@pytest.fixture
def settings() -> dict[str, str]:
    return {
        "REDIS_HOST": "localhost",
        "REDIS_PORT": str(free_port()),
        "REDIS_PASSWORD": PASSWORD,
        "DB_HOST": "localhost",
        "DB_PORT": str(free_port()),
        "DB_USER": "stenofleet",
        "DB_PASSWORD": PASSWORD,
        "DB_NAME": "stenofleet",
    }


@pytest.fixture
def data(settings: dict[str, str], server_folder: Path) -> Iterator[Path]:
    """A folder that the user ``postgres`` can reach, and no server over it at the end."""
    folder = Path(tempfile.mkdtemp(dir=server_folder))
    folder.chmod(0o755)
    yield folder
    redis.stop(settings, folder)
    postgresql.stop(folder)


def asked(settings: dict[str, str], password: str = PASSWORD) -> "client.Redis":
    port = int(settings["REDIS_PORT"])
    return client.Redis(port=port, password=password, decode_responses=True)


def rows(settings: dict[str, str], statement: str) -> object:
    with psycopg2.connect(
        host="127.0.0.1",
        port=settings["DB_PORT"],
        user=settings["DB_USER"],
        password=settings["DB_PASSWORD"],
        dbname=settings["DB_NAME"],
    ) as connection:
        cursor = connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall()


def test_redis_keeps_what_it_was_given_and_opens_by_its_password_alone(
    settings: dict[str, str], data: Path
) -> None:
    redis.start(settings, data)
    asked(settings).set("kept", "yes")
    redis.stop(settings, data)
    assert not servers.answers("redis", settings)

    redis.start(settings, data)

    assert asked(settings).get("kept") == "yes"
    assert asked(settings).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    with pytest.raises(client.AuthenticationError):
        asked(settings, "wrong").ping()


def test_postgresql_has_the_settings_database_and_keeps_it(
    settings: dict[str, str], data: Path
) -> None:
    postgresql.start(settings, data)
    rows(settings, "CREATE TABLE kept (n int); SELECT 1")
    postgresql.stop(data)
    assert not servers.answers("postgresql", settings)

    postgresql.start(settings, data)

    assert rows(settings, "SELECT count(*) FROM kept") == [(0,)]
    assert not list(data.glob("**/password"))


def test_servers_that_answer_are_left_alone(settings: dict[str, str], data: Path) -> None:
    redis.start(settings, data)
    postgresql.start(settings, data)
    before = sorted(path.name for path in data.glob("*/*"))

    servers.up(data, settings, data)

    assert sorted(path.name for path in data.glob("*/*")) == before
    assert asked(settings).ping()


def test_a_silent_server_of_another_machine_is_not_replaced(settings: dict[str, str]) -> None:
    # RFC 6761 keeps names under .invalid from being resolved.
    settings["REDIS_HOST"] = "nowhere.invalid"
    with pytest.raises(DeployError, match="set REDIS_HOST in"):
        servers.answers("redis", settings)
