"""Roles and names: guessed, said, overridden."""

import uuid
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import SessionRole
from support.api import SESSIONS, Api, complete, is_problem, set_state

LINES = [(1, 0.0, 2.5, "How was your week?"), (2, 2.5, 10.0, "Good."), (2, 10.0, 11.0, "Thanks.")]


@pytest.fixture
def session(api: Api, database: sessionmaker[Session]) -> str:
    """A completed session of two speakers, whose roles were guessed."""
    made = api.create()
    complete(database, made, LINES)
    with database.begin() as db:
        for speaker, role in ((1, "COACH"), (2, "CLIENT")):
            guess = {"speaker_id": speaker, "role": role, "confidence": 0.9}
            db.add(SessionRole(session_id=uuid.UUID(made), **guess))
    return made


def say(api: Api, session: str, path: str, **body: Any) -> Any:
    return api.client.patch(f"{SESSIONS}/{session}/{path}", json=body)


def text(api: Api, session: str) -> str:
    return str(api.get(session, "transcript", params={"format": "txt"}).text)


def test_a_guess_has_its_confidence_and_what_a_person_says_has_none(api: Api, session: str) -> None:
    first, second = api.get(session, "speaker-roles").json()["speakers"]
    assert first == {
        "speaker_id": 1, "role": "COACH", "name": None, "confidence": 0.9, "segments": 1,
        "seconds": 2.5,
    }  # fmt: skip
    assert (second["role"], second["segments"], second["seconds"]) == ("CLIENT", 2, 8.5)

    answer = say(
        api, session, "speaker-roles", speaker_roles={"1": "client", "2": {"name": "Anna"}}
    )

    assert answer.status_code == 200, answer.text
    first, second = answer.json()["speakers"]
    assert (first["role"], first["confidence"]) == ("CLIENT", None)
    assert (second["role"], second["name"], second["confidence"]) == ("CLIENT", "Anna", 0.9)
    assert text(api, session) == "Client: How was your week?\nAnna: Good. Thanks.\n"


def test_a_name_is_taken_away_by_null(api: Api, session: str) -> None:
    say(api, session, "speaker-roles", speaker_roles={"2": {"name": "Anna"}})
    say(api, session, "speaker-roles", speaker_roles={"2": {"name": None}})
    assert text(api, session).splitlines()[1] == "Client: Good. Thanks."


def test_a_segment_s_role_overrides_its_speaker_s_until_it_is_taken_away(
    api: Api, session: str
) -> None:
    third = api.get(session, "transcript").json()["segments"][2]["id"]

    changed = say(api, session, "segment-roles", segment_roles={str(third): "COACH"})

    assert changed.json()["segment_roles"] == {str(third): "COACH"}
    assert text(api, session).splitlines()[2] == "Coach: Thanks."
    say(api, session, "segment-roles", segment_roles={str(third): None})
    assert text(api, session).splitlines()[1] == "Client: Good. Thanks."


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("speaker-roles", {"speaker_roles": {"1": "BOSS"}}, "body.speaker_roles.1"),
        ("speaker-roles", {"speaker_roles": {"0": "COACH"}}, "body.speaker_roles.0"),
        ("speaker-roles", {"speaker_roles": {"1": {"name": "a\nb"}}}, "line breaks"),
        ("speaker-roles", {"speaker_roles": {}}, "at least 1"),
        ("segment-roles", {"segment_roles": {"1000000": "COACH"}}, "body.segment_roles.1000000"),
        ("segment-roles", {"segment_roles": {"x": "COACH"}}, "body.segment_roles.x"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(
    api: Api, session: str, path: str, body: dict[str, Any], field: str
) -> None:
    before = api.get(session, "speaker-roles").json()
    is_problem(say(api, session, path, **body), 422, "invalid-request", field)
    assert api.get(session, "speaker-roles").json() == before


def test_there_are_no_speakers_before_the_transcript(
    api: Api, database: sessionmaker[Session]
) -> None:
    early = api.create()
    set_state(database, early, SessionState.PENDING)
    is_problem(api.get(early, "speaker-roles"), 409, "transcript-not-ready", "pending")
    wanted = say(api, early, "speaker-roles", speaker_roles={"1": "COACH"})
    is_problem(wanted, 409, "transcript-not-ready", "pending")
