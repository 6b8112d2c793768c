"""How wishes and language tags are said to Whisper; no model is loaded."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from stenofleet.contracts.options import TranscriptOptions
from stenofleet_worker.errors import UnsupportedLanguage
from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Audio
from stenofleet_worker.transcription.engines.whisper import WhisperEngine, _wishes


@pytest.fixture
def engine() -> WhisperEngine:
    made = WhisperEngine.__new__(WhisperEngine)
    known = ["en", "he", "id", "jw", "no", "tl", "zh"]
    made._model = SimpleNamespace(supported_languages=known)
    return made


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("auto", None),
        ("en-US", "en"),
        ("zh-TW", "zh"),
        ("zh_Hant_HK", "zh"),
        ("cmn-Hans-CN", "zh"),
        ("nb-NO", "no"),
        ("fil-PH", "tl"),
        ("iw-IL", "he"),
        ("jv-ID", "jw"),
    ],
)
def test_tags_are_said_as_whisper_calls_languages(
    engine: WhisperEngine, tag: str, code: str | None
) -> None:
    assert engine.language(tag) == code


def test_a_language_that_whisper_lacks_is_refused_with_what_it_has(engine: WhisperEngine) -> None:
    with pytest.raises(UnsupportedLanguage, match=r"one of en, he, .*, got 'tlh'"):
        engine.language("tlh")


def test_wishes_become_arguments() -> None:
    options = TranscriptOptions(
        vocabulary=("Stenofleet", "CAM++"), prompt="A talk.", word_times=False, temperature=0.2
    )
    assert _wishes(options) == {
        "word_timestamps": False,
        "initial_prompt": " A talk.",
        "hotwords": "Stenofleet, CAM++",
        "temperature": 0.2,
    }


def test_without_wishes_the_library_s_own_temperatures_stay() -> None:
    wishes = _wishes(TranscriptOptions())
    assert wishes == {"word_timestamps": True, "initial_prompt": None, "hotwords": None}


class _Model:
    """Hears one segment, up to the end, in whatever it is given, and notes what that was."""

    def __init__(self) -> None:
        self.model = SimpleNamespace(is_multilingual=True)
        self.heard: list[tuple[float, str, str, float]] = []

    def detect_language(self, _: Audio) -> tuple[str, float]:
        return "cy", 0.9

    def transcribe(
        self, audio: Audio, *, language: str, initial_prompt: str, temperature: float, **_: Any
    ) -> tuple[Any, None]:
        seconds = len(audio) / SAMPLE_RATE
        self.heard.append((seconds, language, initial_prompt, temperature))
        segment = SimpleNamespace(text=" da ", start=0.0, end=seconds, avg_logprob=-0.1, words=None)
        return iter([segment]), None


def test_with_a_temperature_each_clip_is_heard_by_itself_in_the_language_of_the_first(
    engine: WhisperEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = engine._model = _Model()
    spans = [(start * SAMPLE_RATE, (start + 20) * SAMPLE_RATE) for start in (0, 21, 42)]
    monkeypatch.setattr(engine, "speech", lambda _: spans)
    options = TranscriptOptions(prompt="A talk.", word_times=False, temperature=0.3)

    found = engine.transcribe(np.zeros(62 * SAMPLE_RATE, np.float32), None, options)

    assert found.language == "cy"
    assert [each.end for each in found.segments] == pytest.approx([20, 41, 62], abs=1)
    assert [heard[1:] for heard in model.heard] == [("cy", " A talk.", 0.3)] * 3
    assert all(seconds <= 30 for seconds, *_ in model.heard)
