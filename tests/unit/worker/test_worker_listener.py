"""What is made of faster-whisper's answers; no model is loaded."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from faster_whisper import BatchedInferencePipeline
from faster_whisper.transcribe import Segment as Raw
from faster_whisper.transcribe import Word as RawWord
from stenofleet_worker.transcription.engines.listener import (
    LAST_TIME,
    REPETITIVE,
    UNLIKELY,
    _converted,
    _doubtful,
    _own,
    _SideBySide,
)

BEGIN = 50_000
"""The token of second 0; smaller ones are text."""

RAW = Raw(
    id=1,
    seek=2_800,
    start=28.5,
    end=30.0,
    text=" Good morning.",
    tokens=[1, 2],
    avg_logprob=-0.2,
    compression_ratio=0.9,
    no_speech_prob=0.0,
    words=[RawWord(28.5, 29.0, " Good", 0.9), RawWord(29.0, 30.0, " morning.", 0.8)],
    temperature=0.0,
)


def test_times_are_those_of_its_own_sound_and_not_behind_its_end() -> None:
    own = _own(RAW, 28.0, 1.5)
    assert (own.start, own.end) == (0.5, 1.5)
    assert [(each.start, each.end) for each in own.words] == [(0.5, 1.0), (1.0, 1.5)]
    assert RAW.start == 28.5


def test_words_are_in_the_stretch_of_the_window_that_they_were_heard_in() -> None:
    heard = [(16_000, 32_000), (160_000, 320_000)]
    [found] = _converted([_own(RAW, 28.0, 2.0)], heard)
    assert [(each.text, each.start, each.end) for each in found.words] == [
        ("Good", 1.5, 2.0),
        ("morning.", 10.0, 11.0),
    ]
    assert (found.text, found.start, found.end) == ("Good morning.", 1.5, 11.0)


@pytest.mark.parametrize("empty", [replace(RAW, text=" "), replace(RAW, end=RAW.start)])
def test_a_segment_that_says_nothing_is_none(empty: Raw) -> None:
    assert list(_converted([empty], [(0, 16_000)])) == []


@pytest.mark.parametrize(
    ("text", "likely", "doubtful"),
    [
        (" Good morning.", UNLIKELY, False),
        (" Good morning.", UNLIKELY - 0.01, True),
        (" and so on" * 40, -0.1, True),
        ("", -0.1, False),
    ],
)
def test_what_is_unlikely_or_repeats_itself_is_doubtful(
    text: str, likely: float, *, doubtful: bool
) -> None:
    assert _doubtful([replace(RAW, text=text, avg_logprob=likely)]) is doubtful


def test_repetition_is_judged_over_all_that_is_said_in_a_sound() -> None:
    sentences = [replace(RAW, text=" And so on, and so on.")] * 10
    assert REPETITIVE > 1
    assert _doubtful(sentences)
    assert not _doubtful(sentences[:1])


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([BEGIN, 7, BEGIN + 90, BEGIN + 90, 8], [BEGIN + LAST_TIME]),
        ([BEGIN, 7, BEGIN + 90], []),
        ([], []),
    ],
)
def test_a_last_sentence_without_an_end_gets_one(
    said: list[int], kept: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def heard(*_: Any) -> Any:
        return "encoded", [{"tokens": list(said)}]

    monkeypatch.setattr(BatchedInferencePipeline, "generate_segment_batched", heard)
    pipeline = _SideBySide(SimpleNamespace())
    _, [found] = pipeline.generate_segment_batched(
        None, SimpleNamespace(timestamp_begin=BEGIN), None
    )
    assert found["tokens"] == said + kept
