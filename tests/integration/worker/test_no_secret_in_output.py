"""Secrets in every setting, URL and header: none stands in what the services print or answer."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import AliasChoices
from stenofleet.settings import ApiSettings, WorkerSettings
from support.servers import free_port, until

SECRET = "hush-4711"
GOOGLE = json.dumps(
    {
        "type": "service_account",
        "private_key": SECRET,
        "client_email": "a@b",
        "token_uri": "https://127.0.0.1:1/token",
    }
)
KNOWN = {
    "REDIS_URL": f"redis://me:{SECRET}@127.0.0.1:1/0",
    "CELERY_BROKER_URL": f"redis://:{SECRET}@127.0.0.1:1/0",
    "CELERY_RESULT_BACKEND": f"redis://:{SECRET}@127.0.0.1:1/1",
    "REDIS_PASSWORD": SECRET,
    "REDIS_SENTINEL_PASSWORD": SECRET,
    "DATABASE_URL": f"postgresql://me:{SECRET}@127.0.0.1:1/stenofleet",
    "DB_PASSWORD": SECRET,
    "GOOGLE_APPLICATION_CREDENTIALS_JSON": GOOGLE,
    "GOOGLE_PROJECT_ID": "project",
    "STENOFLEET_GOOGLE_STAGING_URL": "gs://bucket/folder",
    "STENOFLEET_SECRET_KEY": f"{SECRET}, at least 16 characters",
    "STENOFLEET_TRACING_ENDPOINT": f"http://me:{SECRET}@127.0.0.1:1",
    "OTEL_EXPORTER_OTLP_HEADERS": f"authorization={SECRET}",
}
HEADERS = {
    "Authorization": f"Bearer sf_{SECRET}",
    "X-API-Key": f"sf_{SECRET}",
    "Cookie": f"session={SECRET}",
    "Idempotency-Key": SECRET,
    "X-Forwarded-For": SECRET,
}


def environment(folder: Path, port: int) -> dict[str, str]:
    return {
        **KNOWN,
        "PATH": os.environ["PATH"],
        "STENOFLEET_API_PORT": str(port),
        "STENOFLEET_HEALTH_PORT": str(free_port()),
        "STENOFLEET_LOG_LEVEL": "DEBUG",
        "STENOFLEET_STORAGE_URL": f"file://{folder}/recordings",
    }


@pytest.fixture(params=["api", "worker"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """What a service prints that reaches no server, after it was asked with secrets."""
    port, printed = free_port(), tmp_path / "output"
    command = {
        "api": ["-m", "stenofleet_api"],
        "worker": ["-m", "celery", "-A", "stenofleet_worker", "worker", "-Q", "core"],
    }[request.param]
    with printed.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *command],
            env=environment(tmp_path, port),
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=tmp_path,
        )
    try:
        if request.param == "api":
            until(lambda: process.poll() is not None or is_there(port), "the API", 150)
            ask(port, tmp_path / "answers")
        else:
            until(lambda: "annot connect" in printed.read_text(), "the broker to be missed", 150)
        yield tmp_path
    finally:
        process.kill()
        process.wait(timeout=20)


def ask(port: int, answers: Path) -> None:
    """Requests that bear secrets, to routes that work and to such that fail."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=HEADERS, timeout=60) as client:
        told = [
            client.post("/api/v1/sessions", json={"title": "Monday"}),
            client.post("/api/v1/webhooks", json={"url": "https://a.b", "secret": SECRET}),
            client.get("/api/v1/sessions", params={"ticket": SECRET}),
            client.get(f"/no/such/path?key={SECRET}"),
            client.get("/readyz"),
            client.get("/metrics"),
        ]
    answers.write_text("\n".join(f"{each.headers}\n{each.text}" for each in told))


def is_there(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/livez").is_success
    except httpx.TransportError:
        return False


def test_no_secret_stands_in_what_is_printed_or_answered(output: Path) -> None:
    found = {path.name: path.read_text() for path in output.iterdir() if path.is_file()}
    assert len(found["output"]) > 100
    for name, text in found.items():
        assert SECRET not in text, f"{name}: {text[max(0, text.index(SECRET) - 300) :][:600]}"


def test_every_setting_that_is_secret_is_fed() -> None:
    for kind in (ApiSettings, WorkerSettings):
        for name, field in kind.model_fields.items():
            if "SecretStr" in str(field.annotation):
                alias = field.validation_alias
                names = alias.choices if isinstance(alias, AliasChoices) else [alias]
                assert {name.upper(), f"STENOFLEET_{name.upper()}", *names} & KNOWN.keys(), name
