"""Servers, which start when the first test asks for them."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from stenofleet.db.engine import make_engine
from stenofleet.db.upgrade import upgrade
from stenofleet.settings import DatabaseSettings
from support.api_server import ApiServer
from support.servers import PostgresServer, RedisServer, running, until

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
CRD = Path(__file__).parents[2] / "manifests" / "crds" / "workerpools.yaml"


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
    with running(PostgresServer(folder)) as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres_server: PostgresServer) -> str:
    """The name of a database at the newest revision, which is copied in less than migrating."""
    engine = make_engine(DatabaseSettings(database_url=postgres_server.create("migrated")))
    upgrade(engine, timeout=120)
    engine.dispose()
    return "migrated"


@pytest.fixture
def database_url(postgres_server: PostgresServer, migrated: str) -> Iterator[str]:
    """The URL of a database of this test's own, at the newest revision."""
    name = f"test_{uuid.uuid4().hex}"
    yield postgres_server.create(name, migrated)
    postgres_server.drop(name)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of this test's own, with a password; it can be stopped and started again."""
    folder = tmp_path / "redis"
    folder.mkdir()
    with running(RedisServer(folder)) as server:
        yield server


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """One API server that knows WorkerPools, for all tests; they take a namespace each."""
    server = ApiServer(tmp_path_factory.mktemp("api-server"))
    definition = yaml.safe_load(CRD.read_text())
    path = f"{DEFINITIONS}/{definition['metadata']['name']}"
    try:
        server.start()
        server.apply(path, definition)
        until(lambda: _is_established(server.get(path)), "the WorkerPools to be served")
        yield server
    finally:
        server.stop()


def _is_established(definition: dict[str, Any]) -> bool:
    conditions = definition.get("status", {}).get("conditions") or []
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)


@pytest.fixture
def namespace(api_server: ApiServer) -> str:
    """A namespace of the test's own."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    created = api_server.create("/api/v1/namespaces", {"metadata": {"name": name}})
    assert created.is_success, created.text
    return name
