"""``stenofleet test-release``, as the chart's `helm test` runs it, with real servers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner, Result
from stenofleet import release_checks
from stenofleet.cli import main
from stenofleet.db.upgrade import head
from stenofleet.redis_address import Address
from stenofleet.redis_clients import asking_once
from stenofleet.steps import results
from support.servers import PostgresServer, RedisServer, free_port

READY = '{"status": "ready", "degraded": []}'
MISSING = '{"title": "The API is not ready", "detail": "Missing: storage: not writable."}'


@contextmanager
def api(status: int, body: str) -> Iterator[str]:
    """An API that gives one answer: that the real one gives it is for the API's own tests."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def servers(
    redis_server: RedisServer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A broker and a migrated database, and a ready API."""
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    with api(200, READY) as url:
        yield url


def typed(url: str) -> Result:
    return CliRunner().invoke(main, ["test-release", "--api", url])


def test_a_release_that_serves_gets_ticks(servers: str) -> None:
    result = typed(servers)

    assert result.exit_code == 0, result.output
    assert [line[0] for line in result.output.splitlines()] == ["✓"] * 3
    assert f"its schema is at revision {head()}" in result.output


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (503, MISSING, "✗ The API is ready: Missing: storage: not writable\n"),
        (502, "<html>", "/readyz answers 502\n"),
    ],
)
def test_an_api_that_is_not_ready_is_told_in_its_own_words(
    status: int, body: str, sentence: str
) -> None:
    with api(status, body) as url:
        result = typed(url)

    assert result.exit_code == 1
    assert sentence in result.output
    assert "✓ The database answers" in result.output


def test_what_is_away_is_named_and_the_rest_is_tried(
    servers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del servers
    nobody = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("REDIS_URL", f"redis://api:secret-word@{nobody}/0")
    monkeypatch.setenv("DATABASE_URL", f"postgresql://stenofleet:secret-word@{nobody}/none")

    result = typed(f"http://{nobody}")

    assert result.exit_code == 1
    lines = [line for line in result.output.splitlines() if line.startswith("✗")]
    assert [line.partition(":")[0] for line in lines] == [
        "✗ The API is ready",
        "✗ The broker answers",
        "✗ The database answers",
    ]
    assert f"nothing answers at {nobody}" in lines[0]
    assert nobody in lines[1]
    assert "check that PostgreSQL runs, and DATABASE_URL" in result.output
    assert "secret-word" not in result.output


def test_a_database_without_the_schema_is_told(
    servers: str, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_server.create("bare"))
    result = typed(servers)
    postgres_server.drop("bare")

    assert result.exit_code == 1
    assert f"✗ The database answers: the schema is not at revision {head()}" in result.output


def test_sentinels_that_nobody_answers_for_are_told() -> None:
    url = f"sentinel://:secret-word@127.0.0.1:{free_port()}/0"
    client = asking_once(Address(url, master="mine"), 1)
    place = "the master mine"
    (result,) = results([release_checks.redis_step(client, place)], place)

    assert not result.is_good
    assert "mine" in result.text
    assert "secret-word" not in str(result)


@pytest.mark.parametrize("url", ["localhost:8000", "https://a", "http://"])
@pytest.mark.usefixtures("servers")
def test_an_address_that_is_none_is_refused(url: str) -> None:
    result = typed(url)

    assert result.exit_code == 2
    assert f"expected http://host:port, got {url}" in result.output
