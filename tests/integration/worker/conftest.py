"""A whole installation of the worker's side: real Redis, real PostgreSQL, real processes."""

import os
import signal
import subprocess
import sys
import uuid
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from stenofleet import outbox
from stenofleet.broker import BrokerKeys, parse_message
from stenofleet.broker.messages import Message
from stenofleet.celery_app import make_app
from stenofleet.contracts.states import SessionState
from stenofleet.db.engine import make_engine, make_sessions
from stenofleet.db.models import (
    Outbox,
    ProcessingStatus,
    Segment,
    TranscriptionSession,
    TranscriptionWindow,
)
from stenofleet.settings import DatabaseSettings, RedisSettings
from stenofleet.storage import Recordings
from support.servers import RedisServer, free_port, until

HERE = Path(__file__).parent
MODELS = Path.home() / ".cache/stenofleet/models"
LEASE_SECONDS = 120
"""Longer than a busy machine stands still: a lease that runs out under a live worker is no subject
of these tests."""


@dataclass
class Process:
    """A running ``celery`` command."""

    popen: subprocess.Popen[bytes]
    log: Path
    health_port: int

    def text(self) -> str:
        return self.log.read_text()

    def ready(self) -> bool:
        assert self.popen.poll() is None, self.text()
        return " ready." in self.text()

    def end(self, number: int = signal.SIGTERM, seconds: float = 120) -> None:
        if self.popen.poll() is None:
            self.popen.send_signal(number)
            self.popen.wait(timeout=seconds)


@dataclass
class Installation:
    """What a test drives and looks at."""

    redis: RedisServer
    folder: Path
    environment: dict[str, str]
    app: Celery
    sessions: sessionmaker[Session]
    recordings: Recordings
    processes: list[Process] = field(default_factory=list)

    def worker(
        self, queue: str = "transcription", *options: str, app: str = "paced_engine", **env: str
    ) -> Process:
        """Starts a worker; it is ready when `Process.ready` says so."""
        name = f"{queue}-{len(self.processes)}@test"
        return self.celery(app, "worker", "-Q", queue, "-n", name, *options, **env)

    def celery(self, app: str, *arguments: str, **env: str) -> Process:
        port = free_port()
        log = self.folder / f"celery-{len(self.processes)}.log"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", app, *arguments],
                env={**self.environment, "STENOFLEET_HEALTH_PORT": str(port), **env},
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )
        process = Process(popen, log, port)
        self.processes.append(process)
        return process

    def ready_worker(self, queue: str = "transcription", *options: str, **kw: str) -> Process:
        process = self.worker(queue, *options, **kw)
        until(process.ready, "the worker to be ready")
        return process

    def pending(
        self, recording: Path, language: str = "en", *, publish: bool = True, **columns: Any
    ) -> uuid.UUID:
        """A session as the API leaves it at its start."""
        session_id = uuid.uuid4()
        with recording.open("rb") as content:
            uri = self.recordings.save(f"{session_id}/{recording.name}", content)
        with self.sessions.begin() as db:
            session = TranscriptionSession(
                id=session_id,
                title=recording.name,
                language=language,
                status=SessionState.PENDING.value,
                audio_filename=recording.name,
                audio_uri=uri,
                transcription_job_id=str(uuid.uuid4()),
                attempt=1,
                **columns,
            )
            db.add(session)
            db.flush()
            row = outbox.add_transcription(db, session)
        if publish:
            assert outbox.publish(self.sessions, self.app, row.id)
        return session_id

    def session(self, session_id: uuid.UUID) -> TranscriptionSession:
        with self.sessions() as db:
            return db.get_one(TranscriptionSession, session_id)

    def status(self, session_id: uuid.UUID) -> str:
        return self.session(session_id).status

    def progress(self, session_id: uuid.UUID) -> float:
        with self.sessions() as db:
            row = db.get(ProcessingStatus, session_id)
            return row.progress if row else 0.0

    def segments(self, session_id: uuid.UUID) -> list[Segment]:
        chosen = select(Segment).where(Segment.session_id == session_id)
        with self.sessions() as db:
            return list(db.scalars(chosen.order_by(Segment.position)))

    def windows(self, session_id: uuid.UUID) -> list[TranscriptionWindow]:
        chosen = select(TranscriptionWindow).where(TranscriptionWindow.session_id == session_id)
        with self.sessions() as db:
            return list(db.scalars(chosen.order_by(TranscriptionWindow.index)))

    def queued(self, queue: str = "transcription") -> list[Message]:
        """The messages that wait, most urgent list first."""
        client = self.redis.client()
        lists = BrokerKeys().queue_lists(queue)
        raw = [each for key in lists for each in client.lrange(key, 0, -1)]
        return [message for each in raw if (message := parse_message(each))]

    def outbox(self, session_id: uuid.UUID) -> list[Outbox]:
        with self.sessions() as db:
            return list(db.scalars(select(Outbox).where(Outbox.session_id == session_id)))

    def job_state(self, session_id: uuid.UUID) -> str:
        job = self.session(session_id).transcription_job_id
        assert job is not None
        return str(self.app.AsyncResult(job).state)

    @property
    def gate(self) -> Path:
        """As long as this file exists, the engines of all workers wait."""
        return Path(self.environment["PACED_GATE"])

    def transcribed_windows(self) -> list[str]:
        """One line for each window that any worker's engine was given."""
        path = Path(self.environment["PACED_LOG"])
        return path.read_text().splitlines() if path.exists() else []

    def until_status(self, session_id: uuid.UUID, status: str, seconds: float = 150) -> None:
        until(lambda: self.status(session_id) == status, f"status {status}", seconds)


@pytest.fixture
def installation(
    redis_server: RedisServer, database_url: str, tmp_path: Path
) -> Iterator[Installation]:
    storage = f"file://{tmp_path}/recordings"
    environment = {
        **os.environ,
        "REDIS_URL": redis_server.url,
        "DATABASE_URL": database_url,
        "STENOFLEET_STORAGE_URL": storage,
        "STENOFLEET_LEASE_SECONDS": str(LEASE_SECONDS),
        "STENOFLEET_WHISPER_MODEL": "tiny.en",
        "STENOFLEET_WHISPER_MODEL_DIR": str(MODELS),
        "PYTHONPATH": str(HERE),
        "PACED_SECONDS": "0.02",
        "PACED_GATE": str(tmp_path / "gate"),
        "PACED_LOG": str(tmp_path / "windows.log"),
    }
    engine = make_engine(DatabaseSettings(database_url=database_url))
    made = Installation(
        redis=redis_server,
        folder=tmp_path,
        environment=environment,
        app=make_app(RedisSettings(redis_url=redis_server.url)),
        sessions=make_sessions(engine),
        recordings=Recordings(storage),
    )
    yield made
    for process in made.processes:
        process.end(signal.SIGKILL)
    made.app.close()
    engine.dispose()


@pytest.fixture(scope="session")
def quiet_minutes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten minutes of silence: three windows."""
    path = tmp_path_factory.mktemp("audio") / "ten-minutes.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 8000 * 600))
    return path


@pytest.fixture(scope="session")
def short_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of silence: one window."""
    path = tmp_path_factory.mktemp("audio") / "short.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 8000 * 2))
    return path
