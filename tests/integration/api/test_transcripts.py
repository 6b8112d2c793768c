"""Transcripts, word by word."""

import io
import uuid

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.contracts.states import SessionState
from stenofleet.db.models import Segment, SegmentRole, SessionRole
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
\u00a0
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
\u00a0
&amp; &lt;b&gt;

01:01:01.500 --> 01:01:03.000
<v Speaker 2>Thanks.

"""

TSV = (
    "start\tend\tspeaker\trole\ttext\n"
    "0\t2500\tSpeaker 1\tUNKNOWN\tHow was your week?\n"
    "2500\t3661000\tSpeaker 2\tUNKNOWN\tGood: A --> B & <b>\n"
    "3661500\t3663000\tSpeaker 2\tUNKNOWN\tThanks.\n"
)

TXT = "Speaker 1: How was your week?\nSpeaker 2: Good: A --> B & <b> Thanks.\n"


@pytest.fixture
def session(api: Api, database: sessionmaker[Session]) -> str:
    """A completed session."""
    made = api.create(language="en")
    complete(database, made, LINES)
    return made


@pytest.mark.parametrize(
    ("form", "media_type", "expected"),
    [
        ("srt", "application/x-subrip", SRT),
        ("vtt", "text/vtt", VTT),
        ("txt", "text/plain", TXT),
        ("tsv", "text/tab-separated-values", TSV),
    ],
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
        "name": None,
        "words": None,
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
    answer = api.get(session, "transcript", params={"format": "pdf"})

    is_problem(answer, 422, "invalid-request", "query.format", "'vtt'", "pdf")


def test_roles_and_names_stand_in_every_form(
    api: Api, database: sessionmaker[Session], session: str
) -> None:
    ids = [each["id"] for each in api.get(session, "transcript").json()["segments"]]
    with database.begin() as db:
        db.add(SessionRole(session_id=uuid.UUID(session), speaker_id=1, role="COACH", name="Anna"))
        db.add(SessionRole(session_id=uuid.UUID(session), speaker_id=2, role="CLIENT"))
        db.add(SegmentRole(session_id=uuid.UUID(session), segment_id=ids[2], role="COACH"))

    found = api.get(session, "transcript").json()
    assert found["role_assignments"] == {"1": "COACH", "2": "CLIENT"}
    assert found["segment_roles"] == {str(ids[2]): "COACH"}
    assert [each["role"] for each in found["segments"]] == ["COACH", "CLIENT", "COACH"]
    told = api.get(session, "transcript", params={"format": "txt"}).text
    assert told == "Anna: How was your week?\nClient: Good: A --> B & <b>\nCoach: Thanks.\n"


def test_a_spreadsheet_holds_every_text_as_text(api: Api, database: sessionmaker[Session]) -> None:
    session = api.create(title="Mon/day: =1")
    complete(database, session, [(1, 0.0, 1.5, '=HYPERLINK("http://x")'), (2, 1.5, 2, "@a\x01\tb")])

    answer = api.get(session, "transcript", params={"format": "xlsx"})

    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == [
        "Start", "End", "Speaker", "Role", "Text", "Confidence",
    ]  # fmt: skip
    assert [cell.value for cell in rows[1]] == [
        "00:00:00.000", "00:00:01.500", "Speaker 1", "UNKNOWN", '=HYPERLINK("http://x")', 0.5,
    ]  # fmt: skip
    assert [row[4].data_type for row in rows[1:]] == ["s", "s"]
    assert rows[2][4].value == "@a\tb"
    assert "filename*=UTF-8''Mon%20day%20%3D1.xlsx" in answer.headers["Content-Disposition"]


def test_a_word_document_has_a_paragraph_for_each_turn(api: Api, session: str) -> None:
    answer = api.get(session, "transcript", params={"format": "docx"})

    told = [each.text for each in Document(io.BytesIO(answer.content)).paragraphs]
    assert told == [
        "Monday",
        "Speaker 1  [00:00:00.000]  How was your week?",
        "Speaker 2  [00:00:02.500]  Good: A --> B\n\n& <b> Thanks.",
    ]


def test_a_transcript_too_long_for_word_is_refused_with_the_limit(
    api: Api, database: sessionmaker[Session]
) -> None:
    long = api.create()
    complete(database, long, [(1, at, at + 1, "word") for at in range(5001)])

    answer = api.get(long, "transcript", params={"format": "docx"})
    is_problem(answer, 422, "too-long-for-docx", "5000", "got 5001")
    lines = api.get(long, "transcript", params={"format": "tsv"}).text.splitlines()
    assert len(lines) == 5002


def test_words_come_with_their_times_when_asked_for(
    api: Api, database: sessionmaker[Session], session: str
) -> None:
    word = {"text": "How", "start": 0.0, "end": 0.3, "confidence": 0.9}
    with database.begin() as db:
        db.execute(update(Segment).where(Segment.position == 0).values(words=[word]))

    found = api.get(session, "transcript", params={"words": "true"}).json()["segments"]
    assert found[0]["words"] == [word]
    assert found[1]["words"] == []
