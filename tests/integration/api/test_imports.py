"""Transcripts made elsewhere, taken whole or not at all."""

import pytest
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.contracts.states import SessionState
from support.api import SESSIONS, Api, complete, is_problem, set_state

VTT = """WEBVTT

00:00:00.000 --> 00:00:02.500
<v Coach>How was your week?

00:00:02.500 --> 00:01:05.000
<v Anna>Good: A --&gt; B &amp; more

00:01:05.000 --> 00:01:06.000
<v Speaker 7>Thanks.

"""


def read(api: Api, session: str, form: str) -> str:
    return str(api.get(session, "transcript", params={"format": form}).text)


@pytest.mark.parametrize("state", ["uploading", "failed", "cancelled", "completed"])
def test_an_import_completes_a_session_and_exports_as_it_came(
    api: Api, database: sessionmaker[Session], state: str
) -> None:
    session = api.create()
    complete(database, session, [(1, 0.0, 1.0, "Something else.")])
    set_state(database, session, SessionState(state))

    answer = api.post(session, "import", content=VTT)

    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "completed"
    assert read(api, session, "vtt") == VTT
    assert api.get(session, "status").json()["progress"] == 100
    found = api.get(session, "transcript").json()
    assert found["role_assignments"] == {"1": "COACH", "2": "UNKNOWN"}
    assert [each["name"] for each in found["segments"]] == [None, "Anna", None]


def test_srt_sent_as_a_form_s_file_is_taken_too(api: Api, database: sessionmaker[Session]) -> None:
    first, second = api.create(), api.create()
    complete(database, first, [(2, 0.25, 1.5, "One\n\ntwo"), (1, 1.5, 2.0, "a --> b: <c> &gt;")])
    exported = read(api, first, "srt")

    answer = api.post(second, "import", files={"file": ("talk.srt", exported.encode())})

    assert answer.status_code == 200, answer.text
    assert read(api, second, "srt") == exported
    segments = api.get(second, "transcript").json()["segments"]
    assert [(each["speaker_id"], each["content"]) for each in segments] == [
        (2, "One\n\ntwo"),
        (1, "a --> b: <c> &gt;"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (VTT.replace("00:01:05.000 -->", "00:01:75.000 -->"), 9, "up to 59"),
        (VTT.replace("00:00:02.500 --> 00:01", "00:00:02.500 > 00:01"), 7, "expected times"),
        (VTT.encode("utf-16"), 1, "expected UTF-8"),
        (VTT + "\x00", 12, "NUL"),
    ],
)
def test_broken_subtitles_change_nothing_and_name_the_line(
    api: Api, database: sessionmaker[Session], content: str | bytes, line: int, words: str
) -> None:
    session = api.create()
    complete(database, session, [(1, 0.0, 1.0, "As it was.")])

    answer = api.post(session, "import", content=content)

    is_problem(answer, 422, "invalid-subtitles", f"line {line}", words)
    assert answer.json()["line"] == line
    assert read(api, session, "txt") == "Speaker 1: As it was.\n"


def test_broken_subtitles_leave_a_session_without_a_transcript_as_it_was(api: Api) -> None:
    session = api.create()
    before = api.get(session).json()
    # The last cue's: what came before it must not be kept.
    broken = VTT.replace("00:01:06.000", "00:00:06.000")

    answer = api.post(session, "import", content=broken)

    is_problem(answer, 422, "invalid-subtitles", "line 9", "an end not before the start")
    assert api.get(session).json() == before
    is_problem(api.get(session, "transcript"), 409, "transcript-not-ready", "uploading")


@pytest.mark.parametrize("state", ["pending", "processing"])
def test_an_import_into_a_running_session_is_a_conflict(
    api: Api, database: sessionmaker[Session], state: str
) -> None:
    session = api.create()
    set_state(database, session, SessionState(state))

    is_problem(api.post(session, "import", content=VTT), 409, "state-conflict", state, "cancel")


def test_an_import_into_nothing_is_not_found(api: Api) -> None:
    nothing = "0b7de8a5-6f0f-4f3d-9f9f-5c1d1f8f7a10"
    answer = api.client.post(f"{SESSIONS}/{nothing}/import", content=VTT)
    is_problem(answer, 404, "session-not-found", nothing)


def test_more_than_a_transcript_can_be_is_refused(api: Api) -> None:
    answer = api.post(api.create(), "import", content=b"x" * (16 * 1024**2 + 1))
    is_problem(answer, 413, "subtitles-too-large", "16777216")
