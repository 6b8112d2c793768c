"""How a session ends in the database, whichever engine heard it."""

import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from stenofleet.contracts.roles import Role
from stenofleet.db.models import SessionRole, TranscriptionSession
from stenofleet_worker.transcription import completion
from stenofleet_worker.transcription.engines.base import Segment, Word

HELLO = Segment("Hello.", 0.5, 1.5, 0.9, (Word("Hello.", 0.5, 1.5, 0.9),), 1)
ANSWER = Segment("Good day.", 2.0, 3.0, None, (), 2)
SILENT = Segment("", 3.0, 4.0)


@pytest.fixture
def session_id(installation: Any, short_recording: Path) -> uuid.UUID:
    session_id: uuid.UUID = installation.pending(short_recording, "auto", publish=False)
    with installation.sessions.begin() as db:
        session = db.get_one(TranscriptionSession, session_id)
        session.status = "processing"
        session.lease_owner = "somebody"
        session.provider_metadata = {"kept": 1}
    return session_id


def _complete(installation: Any, session_id: uuid.UUID, outcome: completion.Outcome) -> None:
    with installation.sessions.begin() as db:
        session = db.get_one(TranscriptionSession, session_id, with_for_update=True)
        completion.complete(db, session, outcome)


def _roles(installation: Any, session_id: uuid.UUID) -> dict[int, tuple[str, float | None]]:
    with installation.sessions() as db:
        rows = db.scalars(select(SessionRole).where(SessionRole.session_id == session_id))
        return {row.speaker_id: (row.role, row.confidence) for row in rows}


def test_a_completed_session_has_its_transcript_and_nobody_holds_it(
    installation: Any, session_id: uuid.UUID
) -> None:
    outcome = completion.Outcome(
        (HELLO, ANSWER, SILENT), "en", 4.0, cost=Decimal("0.016"), provider_metadata={"model": "x"}
    )
    _complete(installation, session_id, outcome)

    session = installation.session(session_id)
    assert (session.status, session.lease_owner, session.language) == ("completed", None, "en")
    assert (session.cost, session.provider_metadata) == (
        Decimal("0.016"),
        {"kept": 1, "model": "x"},
    )
    assert session.completed_at is not None
    assert installation.progress(session_id) == 100
    told = [
        (each.position, each.speaker_id, each.content) for each in installation.segments(session_id)
    ]
    assert told == [(0, 1, "Hello."), (1, 2, "Good day.")]
    assert installation.segments(session_id)[0].words[0]["text"] == "Hello."


def test_a_second_transcript_replaces_the_first(installation: Any, session_id: uuid.UUID) -> None:
    _complete(installation, session_id, completion.Outcome((HELLO, ANSWER), "en", 4.0))
    _complete(installation, session_id, completion.Outcome((ANSWER,), None, 4.0))

    assert [each.content for each in installation.segments(session_id)] == ["Good day."]
    assert installation.session(session_id).language == "en"


def test_guesses_replace_guesses_and_never_what_a_person_said(
    installation: Any, session_id: uuid.UUID
) -> None:
    first = {1: (Role.COACH, 0.9), 2: (Role.CLIENT, 0.9), 3: (Role.UNKNOWN, 0.1)}
    _complete(installation, session_id, completion.Outcome((HELLO,), "en", 4.0, first))
    with installation.sessions.begin() as db:
        said = db.get_one(SessionRole, (session_id, 1))
        said.role, said.confidence = "CLIENT", None

    second = {1: (Role.COACH, 0.7), 2: (Role.COACH, 0.5)}
    _complete(installation, session_id, completion.Outcome((HELLO,), "en", 4.0, second))

    assert _roles(installation, session_id) == {1: ("CLIENT", None), 2: ("COACH", 0.5)}


def test_a_failed_session_says_why_and_nobody_holds_it(
    installation: Any, session_id: uuid.UUID
) -> None:
    with installation.sessions.begin() as db:
        session = db.get_one(TranscriptionSession, session_id, with_for_update=True)
        completion.fail(db, session, "The recording is broken.")

    session = installation.session(session_id)
    assert (session.status, session.lease_owner) == ("failed", None)
    assert session.error_message == "The recording is broken."
