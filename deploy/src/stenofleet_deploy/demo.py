"""The main job once, as a user does it: a recording becomes a transcript."""

import time
from pathlib import Path
from typing import Any

import httpx

from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.progress import Changes, say

RECORDING = "deploy/sample/dialogue.ogg"
SESSIONS = "/api/v1/sessions"
REQUEST_SECONDS = 30
# A pod has to start first; then Whisper runs several times faster than speech.
DONE_SECONDS = 300
POLL_SECONDS = 0.5
FINAL = {"completed", "failed", "cancelled"}


def transcribe(url: str, recording: Path, language: str) -> str:
    """Send a recording through the API, show how it goes, and return the transcript.

    Args:
        url: Of the API.
        recording: An audio file.
        language: Spoken in it, e.g. ``en``.

    Raises:
        DeployError: The API refuses a step, or the transcription fails or takes too long.
    """
    with httpx.Client(base_url=url, timeout=REQUEST_SECONDS) as client:
        body = {"title": recording.stem, "language": language}
        session = call(client, "POST", SESSIONS, json=body).json()["id"]
        say(f"    session {session}")
        upload(client, session, recording)
        call(client, "POST", f"{SESSIONS}/{session}/start-transcription")
        follow(client, session)
        return call(
            client, "GET", f"{SESSIONS}/{session}/transcript", params={"format": "txt"}
        ).text


def upload(client: httpx.Client, session: str, recording: Path) -> None:
    """Send the recording as a multipart form."""
    with recording.open("rb") as file:
        files = {"file": (recording.name, file)}
        call(client, "POST", f"{SESSIONS}/{session}/upload", files=files)
    say(f"    uploaded {recording.name} ({recording.stat().st_size / 1000:.0f} kB)")


def follow(client: httpx.Client, session: str) -> None:
    """Write each change of the session's status until it is completed."""
    changes, deadline = Changes(), time.monotonic() + DONE_SECONDS
    while (status := read_status(client, session))["status"] != "completed":
        changes.say(described(status))
        if status["status"] in FINAL:
            raise DeployError(f"the transcription ended: {status['status']}: {status['message']}")
        if time.monotonic() > deadline:
            raise DeployError(f"not transcribed after {DONE_SECONDS} s: {described(status)}")
        time.sleep(POLL_SECONDS)
    changes.say(described(status))


def read_status(client: httpx.Client, session: str) -> dict[str, Any]:
    """The session's status, progress in percent, and message."""
    status: dict[str, Any] = call(client, "GET", f"{SESSIONS}/{session}/status").json()
    return status


def described(status: dict[str, Any]) -> str:
    """A status in one line.

    >>> described({"status": "processing", "progress": 40, "message": "window 2 of 5"})
    'processing  40 %  window 2 of 5'
    """
    progress = status.get("progress") or 0
    return f"{status['status']} {progress:3.0f} %  {status.get('message') or ''}".rstrip()


def call(client: httpx.Client, method: str, path: str, **arguments: Any) -> httpx.Response:
    """Send a request to the API.

    Raises:
        DeployError: It does not answer, or refuses; the message carries its own words.
    """
    try:
        response = client.request(method, path, **arguments)
    except httpx.HTTPError as error:
        raise DeployError(f"{method} {path}: the API does not answer: {error!r}") from error
    if response.is_error:
        raise DeployError(f"{method} {path}: {response.status_code}: {words(response)}")
    return response


def words(response: httpx.Response) -> str:
    """What an answer says: the detail of a problem (RFC 9457), else its text."""
    if response.headers.get("content-type") != "application/problem+json":
        return response.text
    return str(response.json().get("detail", response.text))
