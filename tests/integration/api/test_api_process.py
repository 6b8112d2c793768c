"""The API as a process of its own, as users and Kubernetes meet it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from stenofleet.broker import BrokerKeys
from stenofleet.celery_app import make_app
from stenofleet.contracts.tasks import TRANSCRIPTION_QUEUE
from stenofleet.db.engine import make_engine, make_sessions
from stenofleet.db.models import Outbox
from stenofleet.outbox import publish_due
from stenofleet.settings import DatabaseSettings, RedisSettings
from support import sounds
from support.api_process import api_process
from support.servers import RedisServer, until

SESSIONS = "/api/v1/sessions"
LIMIT = 1_000_000

Process = tuple["subprocess.Popen[bytes]", httpx.Client]


@pytest.fixture
def silent_broker() -> Iterator[str]:
    """The URL of a broker that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


@pytest.fixture
def process(tmp_path: Path, database_url: str, silent_broker: str) -> Iterator[Process]:
    limit = str(LIMIT)
    with (
        api_process(tmp_path, database_url, silent_broker, max_upload_bytes=limit) as running,
        httpx.Client(base_url=running.url, timeout=30) as client,
    ):
        yield running.process, client


def files(folder: Path) -> list[Path]:
    return [each for each in (folder / "recordings").rglob("*") if each.is_file()]


def uploaded(client: httpx.Client) -> str:
    session = str(client.post(SESSIONS, json={"title": "Monday"}).json()["id"])
    files = {"file": ("a.wav", sounds.wav())}
    assert client.post(f"{SESSIONS}/{session}/upload", files=files).status_code == 201
    return session


def test_a_start_outlives_an_api_killed_between_commit_and_publish(
    process: Process,
    database_url: str,
    redis_server: RedisServer,
) -> None:
    running, client = process
    session = uploaded(client)

    # The broker takes the connection and stays silent: the publish cannot have happened.
    answer = client.post(f"{SESSIONS}/{session}/start-transcription")
    running.send_signal(signal.SIGKILL)
    running.wait(timeout=60)

    assert answer.status_code == 202
    database = make_sessions(make_engine(DatabaseSettings(database_url=database_url)))
    with database() as db:
        assert [row.published_at for row in db.scalars(select(Outbox))] == [None]
    app = make_app(RedisSettings(redis_url=redis_server.url))
    assert publish_due(database, app, after_seconds=0) == 1
    lists = BrokerKeys().queue_lists(TRANSCRIPTION_QUEUE)
    assert sum(redis_server.client().llen(key) for key in lists) == 1
    with database() as db:
        assert all(row.published_at for row in db.scalars(select(Outbox)))


def test_a_silent_broker_delays_neither_starts_nor_readiness(
    process: Process, tmp_path: Path
) -> None:
    _, client = process
    sessions = [uploaded(client) for _ in range(3)]
    assert len(files(tmp_path)) == 3

    started = [client.post(f"{SESSIONS}/{each}/start-transcription") for each in sessions]
    ready = client.get("/readyz")

    assert [answer.status_code for answer in started] == [202, 202, 202]
    assert ready.status_code == 200
    assert ready.json()["degraded"] == ["broker"]


def test_the_refusal_of_a_large_file_reaches_its_sender(process: Process, tmp_path: Path) -> None:
    _, client = process
    session = client.post(SESSIONS, json={"title": "Monday"}).json()["id"]
    large = sounds.wav() + bytes(20 * LIMIT)

    answer = client.post(f"{SESSIONS}/{session}/upload", files={"file": ("a.wav", large)})

    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/file-too-large"
    assert answer.json()["limit_bytes"] == LIMIT
    assert files(tmp_path) == []


def test_a_sender_that_goes_away_leaves_nothing_behind(process: Process, tmp_path: Path) -> None:
    _, client = process
    session = client.post(SESSIONS, json={"title": "Monday"}).json()["id"]
    head = (
        f"POST {SESSIONS}/{session}/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    )
    with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as sender:
        sender.sendall(head.encode() + sounds.wav())

    until(lambda: 'status="499"' in client.get("/metrics").text, "the request's end")
    until(lambda: files(tmp_path) == [], "what was half-written to be gone")


def test_sigterm_ends_the_process_in_good_order(
    process: Process,
) -> None:
    running, client = process
    client.close()
    killer = threading.Timer(90, running.kill)
    killer.start()

    running.terminate()

    assert running.wait(timeout=100) in {0, -signal.SIGTERM}
    killer.cancel()


def test_a_wrong_setting_stops_the_start_with_its_name(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "STENOFLEET_SECRET_KEY": "too short"}
    command = [sys.executable, "-m", "stenofleet_api"]

    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "STENOFLEET_SECRET_KEY" in done.stderr
    assert "too short" not in done.stderr
    assert "Traceback" not in done.stderr
