"""A transcript in the forms and events of OpenAI's API."""

import uuid
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.contracts.roles import Role
from stenofleet_api.openai.answers import answer, diarized, text
from stenofleet_api.openai.member import with_error
from stenofleet_api.openai.parameters import Parameters, ResponseFormat, read
from stenofleet_api.openai.streaming import events
from stenofleet_api.transcripts.schemas import SegmentView, Transcript


def segment(number: int, content: str, speaker: int = 1, **fields: Any) -> SegmentView:
    return SegmentView(
        id=100 + number,
        speaker_id=speaker,
        start_sec=float(number),
        end_sec=number + 0.5,
        content=content,
        role=Role.UNKNOWN,
        **{"confidence": 1.0, **fields},
    )


def transcript(*segments: SegmentView, language: str = "en") -> Transcript:
    return Transcript(
        session_id=uuid.UUID(int=1),
        title="Monday",
        duration_seconds=2.5,
        language=language,
        created_at=datetime.now(UTC),
        role_assignments={},
        segment_roles={},
        segments=list(segments),
    )


TALK = transcript(
    segment(0, "How are you?", speaker=7), segment(1, "Fine --> <b> & you", speaker=3)
)


def asked(form: str, **fields: Any) -> Parameters:
    return read({"model": "whisper-1", "response_format": form, **fields})


def test_json_is_the_text_and_what_it_took() -> None:
    assert answer(TALK, asked("json")) == {
        "text": "How are you? Fine --> <b> & you",
        "usage": {"type": "duration", "seconds": 2.5},
    }


def test_text_ends_with_a_newline() -> None:
    assert answer(TALK, asked("text")) == "How are you? Fine --> <b> & you\n"


def test_subtitles_have_no_labels_and_keep_their_marks_out_of_the_text() -> None:
    assert answer(TALK, asked("srt")) == (
        "1\n00:00:00,000 --> 00:00:00,500\nHow are you?\n\n"
        "2\n00:00:01,000 --> 00:00:01,500\nFine --&gt; <b> & you\n\n"
    )
    assert answer(TALK, asked("vtt")) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.500\nHow are you?\n\n"
        "00:00:01.000 --> 00:00:01.500\nFine --&gt; &lt;b&gt; &amp; you\n\n"
    )


def test_verbose_json_has_segments_and_null_for_what_is_not_known() -> None:
    told = answer(TALK, asked("verbose_json", temperature="0.2"))
    assert isinstance(told, dict)
    assert (told["task"], told["language"], told["duration"]) == ("transcribe", "en", 2.5)
    assert "words" not in told
    first = told["segments"][0]
    assert (first["id"], first["start"], first["end"]) == (0, 0.0, 0.5)
    assert first["text"] == "How are you?"
    assert first["avg_logprob"] == 0
    assert first["temperature"] == 0.2
    assert first["no_speech_prob"] is None


def test_unknown_confidence_is_not_a_probability_of_one() -> None:
    told = answer(transcript(segment(0, "Hm", confidence=None)), asked("verbose_json"))
    assert isinstance(told, dict)
    assert told["segments"][0]["avg_logprob"] is None


def test_words_come_where_they_are_asked_for() -> None:
    words = [{"text": " How", "start": 0.1, "end": 0.2, "confidence": 0.9}]
    talk = transcript(segment(0, "How", words=words))
    told = answer(talk, asked("verbose_json", timestamp_granularities=["word"]))
    assert isinstance(told, dict)
    assert told["words"] == [{"word": "How", "start": 0.1, "end": 0.2}]
    assert "segments" not in told


def test_speakers_are_letters_in_the_order_in_which_they_speak() -> None:
    told = answer(TALK, asked("diarized_json"))
    assert isinstance(told, dict)
    assert [each["speaker"] for each in told["segments"]] == ["A", "B"]
    assert {each["type"] for each in told["segments"]} == {"transcript.text.segment"}


@given(st.lists(st.integers(1, 60), max_size=100))
def test_one_speaker_has_one_letter_and_two_have_two(speakers: list[int]) -> None:
    told = list(diarized([segment(i, "x", speaker) for i, speaker in enumerate(speakers)]))
    letters = [each["speaker"] for each in told]
    assert len(set(zip(speakers, letters, strict=True))) == len(set(speakers)) == len(set(letters))
    assert letters[:1] == ["A"][: len(letters)]


@pytest.mark.parametrize(("language", "expected"), [("zh-TW", "你好吗很好"), ("en", "你好吗 很好")])
def test_some_languages_have_no_space_between_sentences(language: str, expected: str) -> None:
    assert (
        text(transcript(segment(0, " 你好吗"), segment(1, "很好"), language=language)) == expected
    )


@given(st.lists(st.text(min_size=1), max_size=20), st.sampled_from(["json", "diarized_json"]))
def test_the_deltas_are_the_whole_text(contents: list[str], form: str) -> None:
    talk = transcript(*(segment(i, content) for i, content in enumerate(contents)))
    told = list(events(talk, ResponseFormat(form)))
    assert "".join(each.get("delta", "") for each in told) == text(talk)
    assert told[-1] == {"type": "transcript.text.done", "text": text(talk)}


def test_each_diarized_segment_follows_its_delta() -> None:
    told = list(events(TALK, ResponseFormat.DIARIZED_JSON))
    kinds = [each["type"].rsplit(".", 1)[-1] for each in told]
    assert kinds == ["delta", "segment", "delta", "segment", "done"]
    for delta, whole in pairwise(told[:-1]):
        if delta["type"] == "transcript.text.delta":
            assert delta["segment_id"] == whole["id"]
            assert delta["delta"].strip() == whole["text"]


def problem(status: int, **members: Any) -> dict[str, Any]:
    return {"type": "/problems/not-audio", "detail": "It is none.", "status": status, **members}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (415, "invalid_request_error"),
        (429, "rate_limit_error"),
        (503, "server_error"),
    ],
)
def test_a_problem_on_an_openai_path_tells_what_its_clients_read(status: int, kind: str) -> None:
    errors = [{"field": "body.language", "expected": "", "got": ""}]
    assert with_error("/v1/audio/transcriptions", problem(status, errors=errors))["error"] == {
        "message": "It is none.",
        "type": kind,
        "param": "language",
        "code": "not_audio",
    }


def test_a_problem_elsewhere_stays_as_it_is() -> None:
    assert with_error("/api/v1/sessions", problem(400)) == problem(400)


def test_a_problem_about_no_field_has_no_parameter() -> None:
    assert with_error("/v1/models/x", problem(404))["error"]["param"] is None
