"""Recordings for tests: a file of the user's, or sound that is made here."""

import io
import math
import wave
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stenofleet.errors import StenofleetError

RATE: Final = 16_000
"""Samples a second, as engines hear them."""

TONE: Final = 180.0
"""Hertz, as of a voice."""
SYLLABLES: Final = 4.0
"""A second: the loudness rises and falls like that of speech."""


class NoRecording(StenofleetError):  # noqa: N818 - reads as what it says in an except clause
    """The file cannot be read."""


@dataclass(frozen=True)
class Recording:
    """What is sent.

    Attributes:
        name: as the API is told; its end says the container.
        seconds: of sound; None when it is not known before it is sent.
    """

    name: str
    content: bytes
    seconds: float | None

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """A file.

        Raises:
            NoRecording: it is not there, or may not be read.
        """
        try:
            return cls(path.name, path.read_bytes(), None)
        except OSError as error:
            raise NoRecording(f"--recording: {path}: {error.strerror}") from None

    @classmethod
    def synthetic(cls, seconds: int) -> "Recording":
        """A humming voice without words, as WAV of 16 bits, mono."""
        file = io.BytesIO()
        with wave.open(file, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(_second() * seconds)
        return cls(f"synthetic-{seconds}s.wav", file.getvalue(), float(seconds))


def _second() -> bytes:
    """Whole periods of both waves, so that seconds can follow each other."""
    samples = array("h", (_sample(index / RATE) for index in range(RATE)))
    return samples.tobytes()


def _sample(at: float) -> int:
    loudness = math.sin(math.pi * SYLLABLES * at) ** 2
    voice = sum(math.sin(2 * math.pi * TONE * part * at) / part for part in (1, 2, 3))
    return int(8_000 * loudness * voice)
