"""The API and a worker as processes, for commands that use both."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.api_process import api_process
from support.servers import RedisServer
from support.writing_worker import writing_worker

ENGINES = Path(__file__).parents[1] / "worker"


@pytest.fixture
def api_url(
    redis_server: RedisServer, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """An API without keys; commands find it, and what it works with, in the environment."""
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("STENOFLEET_STORAGE_URL", f"file://{tmp_path}/recordings")
    with api_process(tmp_path, database_url, redis_server.url) as api:
        monkeypatch.setenv("STENOFLEET_API_URL", api.url)
        yield api.url


@pytest.fixture
def paced_worker(
    api_url: str,
    redis_server: RedisServer,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """A worker that hears ``part 0 part 1 ...`` in every recording."""
    del api_url
    monkeypatch.setenv("PYTHONPATH", str(ENGINES))
    monkeypatch.setenv("PACED_SECONDS", "0.01")
    monkeypatch.setenv("PACED_GATE", str(tmp_path / "gate"))
    monkeypatch.setenv("PACED_LOG", str(tmp_path / "windows.log"))
    storage, queues = f"file://{tmp_path}/recordings", "transcription,core"
    places = (tmp_path, redis_server, redis_server.url, database_url, storage)
    with writing_worker(*places, queues=queues, app="paced_engine"):
        yield
