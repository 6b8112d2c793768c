"""The API over a real PostgreSQL, a real Redis and a folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.settings import ApiSettings
from support.api import Api
from support.servers import RedisServer

from stenofleet_api.app import create_app


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where recordings lie."""
    return tmp_path / "recordings"


@pytest.fixture
def settings(database_url: str, redis_server: RedisServer, store: Path) -> ApiSettings:
    return ApiSettings(
        database_url=database_url,
        redis_url=redis_server.url,
        storage_url=f"file://{store}",
        secret_key="a key for tests, 32 characters..",
        max_upload_bytes=100_000,
    )


@pytest.fixture
def client(settings: ApiSettings) -> Iterator[TestClient]:
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def database(client: TestClient) -> sessionmaker[Session]:
    """The database behind the API."""
    sessions: sessionmaker[Session] = client.app.state.context.sessions  # type: ignore[attr-defined]
    return sessions


@pytest.fixture
def api(client: TestClient, store: Path) -> Api:
    return Api(client, store)
