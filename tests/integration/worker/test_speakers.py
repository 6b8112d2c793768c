"""Real models on dialogues whose turns are known: who spoke when, and how many they were."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from stenofleet.errors import SettingsError
from stenofleet.settings import WorkerSettings
from stenofleet_worker.services import Services
from stenofleet_worker.transcription.engines.base import Audio
from stenofleet_worker.transcription.engines.whisper import WhisperEngine
from stenofleet_worker.transcription.speakers.turns import Turn, tell_apart
from stenofleet_worker.transcription.speakers.voiceprint import Voiceprint
from stenofleet_worker.transcription.speakers.voices import Voices
from support import dialogues

MODELS = Path.home() / ".cache/stenofleet/models"


def _settings(**more: str) -> WorkerSettings:
    return WorkerSettings.model_validate(
        {"whisper_model": "tiny.en", "whisper_model_dir": MODELS, **more}
    )


@pytest.fixture(scope="module")
def services() -> Services:
    """The models of this machine; skips on a laptop, fails where everything must run."""
    if not (MODELS / "campplus/model.onnx").is_file():
        what = "the model campplus is missing: run services/worker/fetch_model.py campplus"
        if os.environ.get("CI") == "true" or os.environ.get("STENOFLEET_REQUIRE_ALL") == "1":
            pytest.fail(what)
        pytest.skip(what)
    return Services(_settings(), WhisperEngine)


@pytest.fixture(scope="module")
def voices(services: Services) -> Voices:
    assert services.voices is not None
    return services.voices


def _prints(services: Services, audio: Audio) -> list[Voiceprint]:
    assert services.voices is not None
    return services.voices.embed(audio, services.engine.speech(audio))


def _heard(services: Services, audio: Audio) -> list[Turn]:
    return tell_apart(_prints(services, audio), 6)


@pytest.mark.parametrize(
    "names",
    [("woman", "man"), ("man", "scot"), ("woman", "man", "scot")],
    ids="-".join,
)
def test_speakers_of_a_dialogue_are_told_apart(services: Services, names: tuple[str, ...]) -> None:
    spoken = dialogues.dialogue(names, turns=8 * len(names))
    heard = _heard(services, spoken.audio)
    assert len({turn.speaker for turn in heard}) == len(names)
    assert dialogues.error_rate(spoken.turns, heard) <= 0.05


@pytest.mark.parametrize("name", list(dialogues.VOICES))
def test_one_who_speaks_alone_is_one_speaker(services: Services, name: str) -> None:
    spoken = dialogues.dialogue([name], turns=16)
    assert {turn.speaker for turn in _heard(services, spoken.audio)} == {1}


def test_voices_are_the_same_in_all_windows_of_a_recording(services: Services) -> None:
    spoken = dialogues.dialogue(["woman", "man"], turns=16)
    # The second window begins with who was second in the first one.
    cut = int(spoken.turns[9].start * dialogues.RATE) - dialogues.RATE // 4
    first, second = spoken.audio[:cut], spoken.audio[cut:]
    moved = [each.moved(cut / dialogues.RATE) for each in _prints(services, second)]
    heard = tell_apart([*_prints(services, first), *moved], 6)
    assert len({turn.speaker for turn in heard}) == 2
    assert dialogues.error_rate(spoken.turns, heard) <= 0.05


def test_nobody_is_heard_in_silence_and_clicks(voices: Voices) -> None:
    silence = np.zeros(2 * dialogues.RATE, np.float32)
    assert voices.embed(silence, []) == []
    assert voices.embed(silence, [(0, 100), (4000, 6000)]) == []


def test_prints_cover_the_speech_without_overlap(services: Services) -> None:
    spoken = dialogues.dialogue(["woman", "man"], turns=6)
    prints = _prints(services, spoken.audio)
    edges = [edge for each in prints for edge in (each.start, each.end)]
    assert edges == sorted(edges)
    covered = sum(each.end - each.start for each in prints)
    assert covered == pytest.approx(sum(t.end - t.start for t in spoken.turns), rel=0.1)


def test_slots_that_listen_at_once_hear_what_each_hears_alone(
    services: Services, voices: Voices
) -> None:
    sounds = [dialogues.dialogue([name], turns=3).audio for name in dialogues.VOICES]
    spans = [services.engine.speech(each) for each in sounds]
    alone = [voices.embed(*each) for each in zip(sounds, spans, strict=True)]
    with ThreadPoolExecutor(3) as slots:
        assert list(slots.map(voices.embed, sounds, spans)) == alone


def test_without_a_model_nobody_is_told_apart_and_the_log_says_so_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = Services(_settings(whisper_model_dir=str(tmp_path)))
    assert bare.voices is None
    assert bare.voices is None
    assert capsys.readouterr().out.count("no speaker model is installed") == 1


def test_telling_apart_can_be_turned_off(services: Services) -> None:
    assert services.voices is not None
    assert Services(_settings(speaker_model="none")).voices is None


def test_a_model_that_is_named_must_be_there() -> None:
    with pytest.raises(SettingsError, match=r"STENOFLEET_SPEAKER_MODEL: .* got 'nemo'"):
        _ = Services(_settings(speaker_model="nemo")).voices
