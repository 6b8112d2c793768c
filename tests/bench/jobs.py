"""Sessions as the measurements send them."""

import time
import wave
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from stenofleet_deploy.demo import SESSIONS, call, read_status
from stenofleet_deploy.errors import DeployError

SAMPLE_RATE = 16_000
SAMPLE_BYTES = 2
DONE_SECONDS = 600
POLL_SECONDS = 0.5
FINAL = {"completed", "failed", "cancelled"}


@dataclass(frozen=True)
class Run:
    """A completed session; times are seconds of the epoch, by the database's clock."""

    started: float
    ended: float
    recording_seconds: float


def silence(path: Path, seconds: float) -> Path:
    """Write a WAV file of silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(bytes(int(seconds * SAMPLE_RATE) * SAMPLE_BYTES))
    return path


def prepare(client: httpx.Client, recording: Path) -> str:
    """Make a session with a recording and return its id."""
    body = {"title": f"bench {recording.stem}", "language": "en"}
    session: str = call(client, "POST", SESSIONS, json=body).json()["id"]
    with recording.open("rb") as file:
        files = {"file": (recording.name, file)}
        call(client, "POST", f"{SESSIONS}/{session}/upload", files=files)
    return session


def start(client: httpx.Client, session: str) -> float:
    """Start a session; return when the request was sent, in seconds of the epoch."""
    at = time.time()
    call(client, "POST", f"{SESSIONS}/{session}/start-transcription")
    return at


def completed(client: httpx.Client, sessions: Sequence[str]) -> list[Run]:
    """Wait until the sessions are completed.

    Raises:
        DeployError: One failed, or they took more than 600 s.
    """
    deadline = time.monotonic() + DONE_SECONDS
    runs: dict[str, Run] = {}
    while time.monotonic() < deadline:
        for session in sessions:
            with suppress(KeyError):
                runs[session] = _finished(client, session)
        if len(runs) == len(sessions):
            return list(runs.values())
        time.sleep(POLL_SECONDS)
    raise DeployError(f"{len(sessions) - len(runs)} sessions not done after {DONE_SECONDS} s")


def _finished(client: httpx.Client, session: str) -> Run:
    """The finished session; KeyError while it is not."""
    status = read_status(client, session)
    if status["status"] not in FINAL:
        raise KeyError(session)
    if status["status"] != "completed":
        raise DeployError(f"session {session} ended: {status['status']}: {status['message']}")
    return Run(
        datetime.fromisoformat(status["started_at"]).timestamp(),
        datetime.fromisoformat(status["updated_at"]).timestamp(),
        float(status["duration_total"] or 0),
    )
