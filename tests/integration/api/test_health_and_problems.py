"""Health, metrics, request ids, and errors that no subject owns."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from stenofleet.settings import ApiSettings
from stenofleet_api.app import create_app
from structlog.testing import capture_logs
from support.api import SESSIONS, Api, is_problem
from support.servers import PostgresServer


@pytest.fixture
def without_schema(postgres_server: PostgresServer, settings: ApiSettings) -> Iterator[TestClient]:
    """The API over a database that was never migrated."""
    url = postgres_server.create("never_migrated")
    changed = ApiSettings(**{**settings.model_dump(), "database_url": url})
    with TestClient(create_app(changed), raise_server_exceptions=False) as client:
        yield client
    postgres_server.drop("never_migrated")


@pytest.fixture
def without_database(settings: ApiSettings) -> Iterator[TestClient]:
    """The API over a database where nobody listens."""
    url = "postgresql://stenofleet:secret-word@127.0.0.1:1/nothing"
    changed = ApiSettings(**{**settings.model_dump(), "database_url": url})
    with TestClient(create_app(changed), raise_server_exceptions=False) as client:
        yield client


def test_the_process_lives(client: TestClient) -> None:
    assert client.get("/livez").json() == {"status": "ok"}


def test_a_broker_that_is_away_makes_the_api_degraded_and_not_unready(client: TestClient) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"database": "ok", "schema": "ok", "storage": "ok", "broker": "no answer"},
        "degraded": ["broker"],
    }


def test_a_schema_that_is_not_there_is_named(without_schema: TestClient) -> None:
    answer = without_schema.get("/readyz")

    is_problem(answer, 503, "not-ready", "schema", "stenofleet db upgrade")
    assert answer.json()["missing"] == ["schema"]


def test_a_database_that_is_away_is_named(without_database: TestClient) -> None:
    answer = without_database.get("/readyz")

    is_problem(answer, 503, "not-ready", "database")
    assert answer.json()["missing"] == ["database", "schema"]


def test_a_store_that_cannot_be_written_is_named(client: TestClient, store: Path) -> None:
    store.rmdir()
    store.write_text("no folder")

    answer = client.get("/readyz")

    is_problem(answer, 503, "not-ready", "storage")
    assert answer.json()["missing"] == ["storage"]


def test_a_database_that_is_away_is_told_without_its_secrets(
    without_database: TestClient,
) -> None:
    answer = without_database.get(SESSIONS)

    is_problem(answer, 503, "service-unavailable", "database")
    assert answer.headers["Retry-After"] == "5"
    assert "secret-word" not in answer.text


def test_an_unknown_path_is_not_found(client: TestClient) -> None:
    is_problem(client.get("/nothing/here"), 404, "not-found", "/nothing/here")


def test_a_wrong_method_is_told_with_the_right_ones(client: TestClient) -> None:
    answer = client.delete("/livez")

    is_problem(answer, 405, "method-not-allowed", "DELETE", "GET")
    assert answer.headers["Allow"] == "GET"


def test_a_defect_is_told_without_details(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("stenofleet_api.sessions.repository.page", broken)

    with capture_logs() as logs:
        answer = client.get(SESSIONS)

    assert [line["event"] for line in logs if line.get("exc_info")] == ["unexpected error"]
    is_problem(answer, 500, "internal-error", "request_id")
    assert "secret detail" not in answer.text


def test_the_callers_request_id_comes_back(client: TestClient) -> None:
    answer = client.get("/livez", headers={"X-Request-ID": "call-42"})

    assert answer.headers["X-Request-ID"] == "call-42"


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, "a\\nb"])
def test_an_odd_request_id_is_replaced(client: TestClient, given: str) -> None:
    answer = client.get("/livez", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] != given
    assert answer.headers["X-Request-ID"].isalnum()


def test_requests_are_counted_by_the_routes_template(api: Api, client: TestClient) -> None:
    session = api.create()
    api.get(session, "status")
    client.get("/no/such/path")

    found = client.get("/metrics").text

    template = "/api/v1/sessions/{session_id}/status"
    assert f'stenofleet_api_requests_total{{method="GET",route="{template}",status="200"}}' in found
    assert 'route="unmatched",status="404"' in found
    assert session not in found


def test_uploads_are_counted_by_outcome(api: Api, client: TestClient) -> None:
    api.uploaded()
    api.upload(api.create(), b"")

    found = client.get("/metrics").text

    assert 'stenofleet_api_uploads_total{outcome="taken"}' in found
    assert 'stenofleet_api_uploads_total{outcome="empty-file"}' in found
    assert "stenofleet_api_upload_bytes_total" in found
