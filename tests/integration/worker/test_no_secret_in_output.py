"""Secrets in every setting, URL and header: none stands in what the services print or answer.

What the operator tells of brokers' URLs is tried beside its other tests.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import AliasChoices
from sqlalchemy import select
from stenofleet.contracts.tasks import CORE_QUEUE, DELIVER_WEBHOOKS
from stenofleet.db.models import WebhookDelivery
from stenofleet.settings import ApiSettings, WorkerSettings
from support.api_process import api_process
from support.otlp import Receiver, receiver
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
URLS = (
    f"redis://me:{SECRET}@127.0.0.1:1/0",
    f"sentinel://:{SECRET}@127.0.0.1:1/0;sentinel://:{SECRET}@127.0.0.1:2/0",
    f"https://{SECRET}@127.0.0.1:1/bucket?X-Amz-Signature={SECRET}&token={SECRET}",
)
"""As they stand in the errors of libraries."""

FAILING = """
from stenofleet_worker.celery import app

@app.task(name="fails")
def fails(url):
    try:
        raise ConnectionRefusedError(f"no answer of {url}")
    except OSError as error:
        raise ConnectionError({"url": url}) from error
"""
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


@pytest.fixture(params=["api", "worker", "beat"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """What a service prints that reaches no server, after it was asked with secrets."""
    port, printed = free_port(), tmp_path / "output"
    command = {
        "api": ["-m", "stenofleet_api"],
        "worker": ["-m", "celery", "-A", "stenofleet_worker", "worker", "-Q", "core"],
        "beat": ["-m", "celery", "-A", "stenofleet_worker", "beat", "-s", "schedule/beat"],
    }[request.param]
    (tmp_path / "schedule").mkdir()  # a file of bytes, apart from those that are searched
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
            until(lambda: process.poll() is not None or is_there(port), "the API")
            ask(port, tmp_path / "answers")
        else:
            until(lambda: "refused" in printed.read_text(), "the broker to be missed")
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
            client.post("/api/v1/webhooks", json=[{"url": "https://a.b", "secret": SECRET}]),
            *(client.post("/api/v1/webhooks", json={"url": url}) for url in URLS),
            client.post("/api/v1/webhooks", json={"url": f"https://me:{SECRET}/1@a.b"}),
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
    assert_bears_no_secret(found)


def test_every_setting_that_is_secret_is_fed() -> None:
    for kind in (ApiSettings, WorkerSettings):
        for name, field in kind.model_fields.items():
            if "SecretStr" in str(field.annotation):
                alias = field.validation_alias
                names = alias.choices if isinstance(alias, AliasChoices) else [alias]
                assert {name.upper(), f"STENOFLEET_{name.upper()}", *names} & KNOWN.keys(), name


def test_no_secret_stands_in_logs_metrics_traces_and_answers_of_work_that_fails(
    installation: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    (installation.folder / "failing.py").write_text(FAILING)
    with receiver() as spans:
        traced = traced_to(spans)
        worker = installation.worker(CORE_QUEUE, app="failing", **traced)
        until(worker.ready, "the worker")
        with api_process(
            installation.folder,
            installation.environment["DATABASE_URL"],
            installation.environment["REDIS_URL"],
            variables=traced,
            storage_url=installation.environment["STENOFLEET_STORAGE_URL"],
        ) as api:
            answers = fail(installation, api.url)
            until(lambda: len(spans.named("fails")) == len(URLS), "the tasks' spans")
            pages = [page(api.url), page(f"http://127.0.0.1:{worker.health_port}")]
    found = {
        "the worker's log": worker.text(),
        "the API's log": "".join(capfd.readouterr()),
        "answers": answers,
        "metrics": "".join(pages),
        "spans": "".join(str(each) for each in spans.spans.values()),
    }

    assert found["the worker's log"].count("ConnectionError") >= len(URLS)
    assert_bears_no_secret(found)


def traced_to(spans: Receiver) -> dict[str, str]:
    """Settings by which all is told, and traces go out with credentials."""
    return {
        "STENOFLEET_LOG_LEVEL": "DEBUG",
        "STENOFLEET_TRACING_ENDPOINT": spans.url.replace("://", f"://me:{SECRET}@"),
        "STENOFLEET_WEBHOOK_ALLOW_HTTP": "true",
        "STENOFLEET_WEBHOOK_ALLOW_PRIVATE": "true",
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-key={SECRET}",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }


def fail(installation: Any, api: str) -> str:
    """Tasks that raise with URLs, and a webhook that is not reached; what is answered then."""
    for url in URLS:
        installation.app.send_task("fails", [url], queue=CORE_QUEUE)
    hooks = "/api/v1/webhooks"
    # That key stands for one request alone.
    headers = {name: value for name, value in HEADERS.items() if name != "Idempotency-Key"}
    with httpx.Client(base_url=api, headers=headers, timeout=60) as client:
        # The owner's own URL is shown to the owner alone: this answer is none to search.
        hook = client.post(hooks, json={"url": f"http://127.0.0.1:1/?token={SECRET}"}).json()
        client.post(f"{hooks}/{hook['id']}/ping").raise_for_status()
        installation.app.send_task(DELIVER_WEBHOOKS, queue=CORE_QUEUE)
        until(lambda: has_tried(installation), "the webhook to be tried")
        return client.get(f"{hooks}/{hook['id']}/deliveries").text


def has_tried(installation: Any) -> bool:
    with installation.sessions() as db:
        return bool(db.scalar(select(WebhookDelivery.last_error)))


def page(url: str) -> str:
    return httpx.get(f"{url}/metrics", timeout=30).raise_for_status().text


def assert_bears_no_secret(found: dict[str, str]) -> None:
    for name, text in found.items():
        assert text, name
        assert SECRET not in text, f"{name}: {text[max(0, text.index(SECRET) - 300) :][:600]}"
