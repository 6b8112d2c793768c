"""Transcripts, word by word."""

import pytest
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.contracts.states import SessionState
from support.api import Api, complete, is_problem, set_state

LINES = [
    (1, 0.0, 2.5, "How was your week?"),
    (2, 2.5, 3661.0004, "Good: A --> B\n\n& <b>"),
    (2, 3661.5, 3662.9996, "Thanks."),
]

SRT = """1
00:00:00,000 --> 00:00:02,500
Speaker 1: How was your week?

2
00:00:02,500 --> 01:01:01,000
Speaker 2: Good: A --&gt; B
& <b>

3
01:01:01,500 --> 01:01:03,000
Speaker 2: Thanks.

"""

VTT = """WEBVTT

00:00:00.000 --> 00:00:02.500
<v Speaker 1>How was your week?

00:00:02.500 --> 01:01:01.000
<v Speaker 2>Good: A --&gt; B
&amp; &lt;b&gt;

01:01:01.500 --> 01:01:03.000
<v Speaker 2>Thanks.

"""

TXT = "Speaker 1: How was your week?\nSpeaker 2: Good: A --> B & <b> Thanks.\n"


@pytest.fixture
def session(api: Api, database: sessionmaker[Session]) -> str:
    """A completed session."""
    made = api.create(language="en")
    complete(database, made, LINES)
    return made


@pytest.mark.parametrize(
    ("form", "media_type", "expected"),
    [("srt", "application/x-subrip", SRT), ("vtt", "text/vtt", VTT), ("txt", "text/plain", TXT)],
)
def test_text_forms_are_exact(
    api: Api, session: str, form: str, media_type: str, expected: str
) -> None:
    answer = api.get(session, "transcript", params={"format": form})

    assert answer.text == expected
    assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    assert f"{session}.{form}" in answer.headers["Content-Disposition"]


def test_json_is_the_form_when_none_is_named(api: Api, session: str) -> None:
    found = api.get(session, "transcript").json()

    segments = found.pop("segments")
    created_at = api.get(session).json()["created_at"]
    assert found == {
        "session_id": session,
        "title": "Monday",
        "duration_seconds": 10.0,
        "language": "en",
        "created_at": created_at,
        "role_assignments": {},
        "segment_roles": {},
    }
    assert isinstance(segments[0].pop("id"), int)
    assert segments[0] == {
        "speaker_id": 1,
        "start_sec": 0.0,
        "end_sec": 2.5,
        "content": "How was your week?",
        "confidence": 0.5,
        "role": "UNKNOWN",
    }
    assert [each["content"] for each in segments] == [text for _, _, _, text in LINES]


@pytest.mark.parametrize(("form", "expected"), [("srt", ""), ("vtt", "WEBVTT\n\n"), ("txt", "")])
def test_silence_has_an_empty_transcript(
    api: Api, database: sessionmaker[Session], form: str, expected: str
) -> None:
    silent = api.create()
    complete(database, silent, [])

    answer = api.get(silent, "transcript", params={"format": form})

    assert (answer.status_code, answer.text) == (200, expected)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("uploading", "upload a recording"),
        ("pending", "/status"),
        ("processing", "/status"),
        ("failed", "retry-transcription"),
        ("cancelled", "upload the recording again"),
    ],
)
@pytest.mark.parametrize("form", ["json", "srt"])
def test_a_transcript_asked_too_early_is_a_conflict_with_the_state(
    api: Api, database: sessionmaker[Session], state: str, words: str, form: str
) -> None:
    early = api.create()
    set_state(database, early, SessionState(state))

    answer = api.get(early, "transcript", params={"format": form})

    is_problem(answer, 409, "transcript-not-ready", state, words)
    assert answer.json()["state"] == state


def test_an_unknown_form_is_told_with_the_known_ones(api: Api, session: str) -> None:
    answer = api.get(session, "transcript", params={"format": "docx"})

    is_problem(answer, 422, "invalid-request", "query.format", "'vtt'", "docx")
