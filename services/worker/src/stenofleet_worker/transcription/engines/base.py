"""What every engine offers: one window of sound in, segments out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:  # the image for housekeeping has no numpy
    import numpy as np
    from numpy.typing import NDArray

    Audio: TypeAlias = NDArray[np.float32]
else:
    Audio: TypeAlias = Any

SAMPLE_RATE = 16_000
"""Samples a second that engines get: what Whisper and Silero VAD were trained on."""


@dataclass(frozen=True)
class Word:
    """A word; seconds from the start of its window, confidence 0 to 1."""

    text: str
    start: float
    end: float
    confidence: float | None = None


@dataclass(frozen=True)
class Segment:
    """A stretch of one speaker's speech; seconds from the start of its window (or recording).

    Confidence is 0 to 1. Speakers are counted from 1, and engines that tell none apart leave 1.
    """

    text: str
    start: float
    end: float
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    speaker_id: int = 1


@dataclass(frozen=True)
class Transcription:
    """What an engine hears in a window.

    Attributes:
        language: ISO 639 code; None where nobody speaks.
        segments: found one by one while they are asked for, so that the caller can stop between.
    """

    language: str | None
    segments: Iterator[Segment] = field(repr=False)


class Engine(Protocol):
    """Turns windows of sound into segments; all slots of a worker share one."""

    def transcribe(self, audio: Audio, language: str | None) -> Transcription:
        """Transcribes mono samples in -1 to 1 at `SAMPLE_RATE`.

        Args:
            audio: the window.
            language: one of the engine's own codes; None to find out.
        """
        ...

    def language(self, asked: str) -> str | None:
        """The engine's code for a BCP 47 tag; None for ``auto``.

        Raises:
            UnsupportedLanguage: it knows none; the text lists what it knows.
        """
        ...

    def speech(self, audio: Audio) -> list[tuple[int, int]]:
        """Where somebody speaks, as [start, end) in samples, ascending."""
        ...
