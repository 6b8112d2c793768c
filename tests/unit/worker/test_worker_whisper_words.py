"""How wishes and language tags are said to Whisper; no model is loaded."""

from types import SimpleNamespace

import pytest
from stenofleet.contracts.options import TranscriptOptions
from stenofleet_worker.errors import UnsupportedLanguage
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
        "initial_prompt": "A talk.",
        "hotwords": "Stenofleet, CAM++",
        "temperature": 0.2,
    }


def test_without_wishes_the_library_s_own_temperatures_stay() -> None:
    wishes = _wishes(TranscriptOptions())
    assert wishes == {"word_timestamps": True, "initial_prompt": None, "hotwords": None}
