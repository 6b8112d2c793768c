"""The API over a real PostgreSQL and a folder, and over a real Redis where a test asks for it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.db.models import Base
from stenofleet.settings import ApiSettings, AuthMode
from stenofleet_api.app import create_app
from stenofleet_api.deps import Context
from stenofleet_api.uploads import length
from stenofleet_api.uploads.spare import Spare
from support.api import Api
from support.servers import PostgresServer


@pytest.fixture(scope="session")
def api_database(postgres_server: PostgresServer, migrated: str) -> str:
    """One database for all tests of the API; each begins with empty tables."""
    return postgres_server.create("api", migrated)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where recordings lie."""
    return tmp_path / "recordings"


@pytest.fixture
def broker_url() -> str:
    """Nobody listens there; modules that need a broker have a fixture of their own."""
    return "redis://127.0.0.1:1/0"


@pytest.fixture
def settings(api_database: str, broker_url: str, store: Path) -> ApiSettings:
    return ApiSettings(
        database_url=api_database,
        redis_url=broker_url,
        storage_url=f"file://{store}",
        secret_key="a key for tests, 32 characters..",
        max_upload_bytes=100_000,
        auth_mode=AuthMode.NONE,
    )


@pytest.fixture
def client(settings: ApiSettings) -> Iterator[TestClient]:
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        _empty(app.state.context)
        yield client


@pytest.fixture
def context(client: TestClient) -> Context:
    """What the API works with."""
    found: Context = client.app.state.context  # type: ignore[attr-defined]  # an ASGI app to mypy
    return found


@pytest.fixture
def database(context: Context) -> sessionmaker[Session]:
    """The database behind the API."""
    return context.sessions


@pytest.fixture
def api(client: TestClient, store: Path) -> Api:
    return Api(client, store)


def _empty(context: Context) -> None:
    tables = ", ".join(f'"{table}"' for table in Base.metadata.tables)
    with context.sessions.begin() as db:
        db.execute(text(f"TRUNCATE {tables} CASCADE"))


@pytest.fixture
def run_instead(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Has another program open the recordings."""
    with ExitStack() as stack:

        def run(program: str) -> None:
            spare = Spare([sys.executable, "-c", program], length.environment())
            monkeypatch.setattr(length, "_spare", stack.enter_context(closing(spare)))

        yield run
