# ruff: noqa: INP001 - a script, not a part of the package
"""Speak ``dialogue.txt`` with two synthetic voices into ``dialogue.ogg``.

The sample recording is made, not recorded: it carries nobody's voice. Make it again with

    uv run --with espeakng-loader==0.2.4 python deploy/sample/make_dialogue.py

espeak-ng is called through ctypes (its C interface is ``speak_lib.h``), PyAV encodes.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path

import av
import espeakng_loader  # type: ignore[import-not-found]  # only there under `uv run --with`
import numpy as np

HERE = Path(__file__).parent
PAUSE_SECONDS = 0.6
BIT_RATE = 32_000

# From speak_lib.h.
AUDIO_OUTPUT_SYNCHRONOUS = 2
CHARS_UTF8 = 1
RATE, PITCH = 1, 3
Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


@dataclass(frozen=True)
class Voice:
    """How a speaker sounds.

    Attributes:
        name: A voice of espeak-ng, with its variant after the plus sign.
        rate: Words a minute.
        pitch: 0 to 100.
    """

    name: str
    rate: int
    pitch: int


VOICES = {"Coach": Voice("en-us+f2", 145, 50), "Client": Voice("en-us+m3", 145, 40)}


class Speaker:
    """espeak-ng, holding the samples it spoke."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.sample_rate = self._library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, data, 0)
        if self.sample_rate <= 0:
            sys.exit("espeak-ng does not start: its data folder cannot be read")
        self._spoken: list[np.ndarray] = []
        self._callback = Callback(self._collect)  # kept: ctypes does not hold it
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: Voice) -> np.ndarray:
        """The samples of ``text`` in ``voice``: 16 bit, mono, at ``sample_rate``."""
        if self._library.espeak_SetVoiceByName(voice.name.encode()) != 0:
            sys.exit(f"espeak-ng has no voice {voice.name}")
        self._library.espeak_SetParameter(RATE, voice.rate, 0)
        self._library.espeak_SetParameter(PITCH, voice.pitch, 0)
        self._spoken = []
        encoded = text.encode()
        self._library.espeak_Synth(encoded, len(encoded) + 1, 0, 0, 0, CHARS_UTF8, None, None)
        self._library.espeak_Synchronize()
        return np.concatenate(self._spoken)

    def _collect(self, samples: object, count: int, _events: object) -> int:
        if count > 0:
            self._spoken.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0


def dialogue() -> list[tuple[str, str]]:
    """The turns of ``dialogue.txt``: who speaks, and what."""
    lines = (HERE / "dialogue.txt").read_text(encoding="utf-8").splitlines()
    return [(who, text) for who, _, text in (line.partition(": ") for line in lines)]


def speak(turns: list[tuple[str, str]]) -> tuple[np.ndarray, int]:
    """All turns, one after the other with a pause between them, and the sample rate."""
    speaker = Speaker()
    pause = np.zeros(int(PAUSE_SECONDS * speaker.sample_rate), dtype=np.int16)
    pieces = [piece for who, text in turns for piece in (speaker.say(text, VOICES[who]), pause)]
    return np.concatenate(pieces), speaker.sample_rate


def encode(samples: np.ndarray, sample_rate: int, target: Path) -> None:
    """Write the samples as Opus in an Ogg file."""
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = BIT_RATE
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = sample_rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def main() -> None:
    """Write ``dialogue.ogg`` beside this file."""
    samples, sample_rate = speak(dialogue())
    target = HERE / "dialogue.ogg"
    encode(samples, sample_rate, target)
    seconds, size = len(samples) / sample_rate, target.stat().st_size
    print(f"{target}: {seconds:.1f} s, {size / 1000:.0f} kB")  # noqa: T201


if __name__ == "__main__":
    main()
