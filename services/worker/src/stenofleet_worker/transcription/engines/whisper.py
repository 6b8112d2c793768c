"""Whisper on the CPU by faster-whisper (extra: whisper)."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from stenofleet.contracts.options import TranscriptOptions
from stenofleet.errors import SettingsError
from stenofleet.settings import WorkerSettings

from stenofleet_worker.errors import UnsupportedLanguage
from stenofleet_worker.transcription.engines.base import (
    SAMPLE_RATE,
    Audio,
    Span,
    Transcription,
)
from stenofleet_worker.transcription.engines.clips import clips
from stenofleet_worker.transcription.engines.pauses import MARGIN
from stenofleet_worker.transcription.engines.sound import Sound
from stenofleet_worker.transcription.engines.together import AT_ONCE, segments

AUTO = "auto"

OTHER_NAMES: Final = {
    "cmn": "zh",
    "fil": "tl",
    "in": "id",
    "iw": "he",
    "jv": "jw",
    "nb": "no",
}
"""Codes of BCP 47, today's and yesterday's, for languages that Whisper calls otherwise."""


class WhisperEngine:
    """One model for all slots; each slot is served by a worker of its own inside it."""

    def __init__(self, settings: WorkerSettings) -> None:
        """Loads the model, which takes about a second.

        Raises:
            SettingsError: there is no model where the settings say.
        """
        # Imported here: the image for housekeeping has no speech recognition.
        from faster_whisper import WhisperModel  # noqa: PLC0415

        self._model = WhisperModel(
            str(model_folder(settings)),
            device="cpu",
            compute_type="int8",
            # More threads make one transcription slower, more workers make more of them.
            cpu_threads=1,
            num_workers=max(settings.celery_concurrency, os.cpu_count() or 1),
            local_files_only=True,
        )

    def language(self, asked: str) -> str | None:
        """The part of the tag before the first hyphen, where Whisper knows it."""
        code = asked.replace("_", "-").partition("-")[0].lower()
        code = OTHER_NAMES.get(code, code)
        if code == AUTO:
            return None
        known = self._model.supported_languages
        if code not in known:
            raise UnsupportedLanguage(
                f"language: expected auto or one of {', '.join(sorted(known))}, got {asked!r}"
            )
        return code

    def detect(self, audio: Audio) -> str | None:
        """By the first half minute of speech; an English-only model hears English."""
        spoken = [audio[start:end] for start, end in self.speech(audio)]
        return self._spoken_in(np.concatenate(spoken)) if spoken else None

    def transcribe(
        self,
        audio: Audio,
        language: str | None,
        options: TranscriptOptions,
        speech: Sequence[Span] | None = None,
    ) -> Transcription:
        """Segments; none where the voice activity detection hears nobody."""
        # Imported here: the image for housekeeping has no speech recognition.
        from stenofleet_worker.transcription.engines.listener import Listener  # noqa: PLC0415

        speech = self.speech(audio) if speech is None else speech
        found = list(clips(speech, len(audio)))
        if not found:
            # Whisper names a language even for silence.
            return Transcription(None, iter(()))
        language = language or self._spoken_in(Sound.of(found[0], audio).audio)
        listener = Listener(self._model, language, _wishes(options))
        # Sampling, which a temperature above 0 asks for, is not done for several at once.
        at_once = 1 if options.temperature else AT_ONCE
        return Transcription(language, segments(audio, found, listener, at_once), speech)

    def _spoken_in(self, speech: Audio) -> str:
        if not self._model.model.is_multilingual:
            return str(self._model.supported_languages[0])
        language, *_ = self._model.detect_language(speech)
        return str(language)

    def speech(self, audio: Audio) -> list[Span]:
        """By Silero's voice activity detection, which faster-whisper carries."""
        from faster_whisper.vad import VadOptions, get_speech_timestamps  # noqa: PLC0415

        # Breaths between sentences last a few hundred milliseconds.
        margin = 1000 * MARGIN // SAMPLE_RATE
        options = VadOptions(min_silence_duration_ms=300, speech_pad_ms=margin)
        found = get_speech_timestamps(audio, options, sampling_rate=SAMPLE_RATE)
        return [(int(each["start"]), int(each["end"])) for each in found]


def _wishes(options: TranscriptOptions) -> dict[str, Any]:
    """Arguments of faster-whisper's; what nobody wishes is left to its own defaults."""
    wishes: dict[str, Any] = {
        "word_timestamps": options.word_times,
        # Where several clips are heard at once, faster-whisper leaves out the space before it.
        "initial_prompt": options.prompt and f" {options.prompt.strip()}",
        "hotwords": ", ".join(options.vocabulary) or None,
    }
    if options.temperature is not None:
        wishes["temperature"] = options.temperature
    return wishes


def model_folder(settings: WorkerSettings) -> Path:
    """The folder that ``STENOFLEET_WHISPER_MODEL`` names.

    Raises:
        SettingsError: it holds no model.
    """
    name = settings.whisper_model
    folder = Path(name) if Path(name).is_absolute() else settings.whisper_model_dir / name
    if not (folder / "model.bin").is_file():
        raise SettingsError(
            "STENOFLEET_WHISPER_MODEL: expected a model in STENOFLEET_WHISPER_MODEL_DIR or a "
            f"folder with a model.bin, got {name!r} (looked in {folder})"
        )
    return folder
