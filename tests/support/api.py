"""What tests of the API do again and again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from httpx2 import Response
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import Segment, TranscriptionSession
from support import sounds

SESSIONS = "/api/v1/sessions"


@dataclass(frozen=True)
class Api:
    """The API's routes, over Starlette's client."""

    client: TestClient
    store: Path

    def create(self, title: str = "Monday", **fields: Any) -> str:
        """A new session's id."""
        answer = self.client.post(SESSIONS, json={"title": title, **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def upload(self, session: str, content: bytes, name: str = "talk.wav") -> Response:
        return self.client.post(
            f"{SESSIONS}/{session}/upload", files={"file": (name, content, "audio/wav")}
        )

    def uploaded(self) -> str:
        """The id of a session that has its recording."""
        session = self.create()
        assert self.upload(session, sounds.wav()).status_code == 201
        return session

    def post(self, session: str, action: str, **arguments: Any) -> Response:
        return self.client.post(f"{SESSIONS}/{session}/{action}", **arguments)

    def get(self, session: str, what: str = "", **arguments: Any) -> Response:
        return self.client.get(f"{SESSIONS}/{session}/{what}".rstrip("/"), **arguments)

    def link(self, session: str, name: str = "talk.wav") -> str:
        """An upload URL."""
        answer = self.post(session, "upload-url", json={"filename": name})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["upload_url"])

    def stored(self) -> list[Path]:
        """Every file in the store, half-written ones too."""
        return sorted(each for each in self.store.rglob("*") if each.is_file())


def is_problem(answer: Response, status: int, slug: str, *words: str) -> None:
    """Asserts that the answer is this problem and that its detail has these words."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"/problems/{slug}", problem
    assert problem["status"] == status
    assert problem["title"]
    assert problem["instance"] == answer.request.url.path
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    for word in words:
        assert word in problem["detail"], problem["detail"]


def set_state(
    database: sessionmaker[Session], session: str, state: SessionState, **fields: Any
) -> None:
    """Brings a session to a state as a worker would."""
    with database.begin() as db:
        db.execute(
            update(TranscriptionSession)
            .where(TranscriptionSession.id == uuid.UUID(session))
            .values(status=state.value, **fields)
        )


def complete(
    database: sessionmaker[Session], session: str, lines: Sequence[tuple[int, float, float, str]]
) -> None:
    """Completes a session with segments (speaker, start, end, text)."""
    with database.begin() as db:
        db.add_all(
            Segment(
                session_id=uuid.UUID(session),
                position=position,
                speaker_id=speaker,
                start_seconds=start,
                end_seconds=end,
                content=text,
                confidence=0.5,
            )
            for position, (speaker, start, end, text) in enumerate(lines)
        )
    set_state(database, session, SessionState.COMPLETED, duration_seconds=10.0)
