"""Sessions of an installation, from the upload to the transcript."""

import time
from dataclasses import dataclass
from typing import Any

from bench.stack import Stack
from sqlalchemy import text

SESSIONS = "/api/v1/sessions"
DONE_SECONDS = 7200


@dataclass(frozen=True)
class Sessions:
    """Makes sessions and sees them through."""

    stack: Stack

    def start(self, sound: bytes, name: str = "talk.wav", **more: Any) -> str:
        """Uploads a recording and starts it; returns the session's id."""
        http = self.stack.http
        body = {"title": "bench", "language": "en", **more}
        session: str = http.post(SESSIONS, json=body).raise_for_status().json()["id"]
        path = f"{SESSIONS}/{session}"
        http.post(f"{path}/upload", files={"file": (name, sound)}).raise_for_status()
        http.post(f"{path}/start-transcription").raise_for_status()
        return session

    def transcript(self, sound: bytes, **more: Any) -> list[dict[str, str]]:
        """The segments of a recording, once they are there."""
        session = self.start(sound, **more)
        self.wait(session)
        return self.segments(session)

    def segments(self, session: str) -> list[dict[str, str]]:
        """Those of a completed one."""
        answer = self.stack.http.get(f"{SESSIONS}/{session}/transcript").raise_for_status()
        found: list[dict[str, str]] = answer.json()["segments"]
        return found

    def wait(self, session: str) -> None:
        """Returns once the session is completed.

        Raises:
            RuntimeError: it ended otherwise, or not at all.
        """
        self._watch(session)
        status, reason = self._state(session)
        if status != "completed":
            raise RuntimeError(f"session {session} is {status}: {reason}")

    def _watch(self, session: str) -> None:
        """Follows its events, which end with it: whoever asks again and again hears of it late."""
        until = time.monotonic() + DONE_SECONDS
        with self.stack.http.stream("GET", f"{SESSIONS}/{session}/events") as events:
            events.raise_for_status()
            for _ in events.iter_lines():
                if time.monotonic() > until:
                    raise RuntimeError(f"session {session} is not done after {DONE_SECONDS} s")

    def waited(self, session: str) -> float:
        """Seconds from the start's request to a worker's first word, by the database's clock."""
        query = (
            "SELECT extract(epoch FROM p.started_at - o.created_at) FROM processing_status p "
            "JOIN outbox o USING (session_id) WHERE session_id = :session ORDER BY o.id LIMIT 1"
        )
        with self.stack.engine.connect() as db:
            return float(db.execute(text(query), {"session": session}).scalar_one())

    def _state(self, session: str) -> tuple[str, str | None]:
        query = "SELECT status, error_message FROM session WHERE id = :session"
        with self.stack.engine.connect() as db:
            status, reason = db.execute(text(query), {"session": session}).one()
        return status, reason
