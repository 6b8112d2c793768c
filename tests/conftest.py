"""Fixtures for all tests; servers start when the first test asks for them."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from stenofleet.db.engine import make_engine
from stenofleet.db.upgrade import upgrade
from stenofleet.settings import DatabaseSettings, Settings
from support.servers import PostgresServer, RedisServer

# No test fails by the clock: this machine may be busy. In CI the examples are the same each time,
# so that it fails for what has changed; on a developer's machine they are new ones.
settings.register_profile("stenofleet", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("stenofleet")


def _env_file(name: str | None, kind: type[Settings] = Settings) -> None:
    kind.model_config["env_file"] = name
    for each in kind.__subclasses__():
        _env_file(name, each)


# A developer's own .env is none of the tests' business.
_env_file(None)


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file .env of the current folder, which this test's settings are read from."""
    monkeypatch.chdir(tmp_path)
    _env_file(".env")
    yield tmp_path / ".env"
    _env_file(None)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder that the user ``postgres`` can reach, other than pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="stenofleet-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(server_folder: Path) -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole run; tests take a database each."""
    folder = server_folder / "postgres"
    folder.mkdir(mode=0o755)
    server = PostgresServer(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a database of this test's own, at the newest revision."""
    name = f"test_{uuid.uuid4().hex}"
    url = postgres_server.create(name)
    engine = make_engine(DatabaseSettings(database_url=url))
    upgrade(engine, timeout=10)
    engine.dispose()
    yield url
    postgres_server.drop(name)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of this test's own, with a password; it can be stopped and started again."""
    folder = tmp_path / "redis"
    folder.mkdir()
    server = RedisServer(folder)
    server.start()
    yield server
    server.stop()
