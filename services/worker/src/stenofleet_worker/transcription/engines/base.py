"""What every engine offers: one window of sound in, segments out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from stenofleet.contracts.options import TranscriptOptions

if TYPE_CHECKING:  # the image for housekeeping has no numpy
    import numpy as np
    from numpy.typing import NDArray

    Audio: TypeAlias = NDArray[np.float32]
else:
    Audio: TypeAlias = Any

Span = tuple[int, int]
"""A stretch of sound as [start, end) in samples."""

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
        speech: where somebody speaks, ascending, to tell voices apart; an engine that does not
            say leaves everybody one speaker.
    """

    language: str | None
    segments: Iterator[Segment] = field(repr=False)
    speech: Sequence[Span] = ()


class Engine(Protocol):
    """Turns windows of sound into segments; all slots of a worker share one."""

    def transcribe(
        self,
        audio: Audio,
        language: str | None,
        options: TranscriptOptions,
        speech: Sequence[Span] | None = None,
    ) -> Transcription:
        """Transcribes mono samples in -1 to 1 at `SAMPLE_RATE`.

        Args:
            audio: the window.
            language: one of the engine's own codes; None to find out.
            options: wishes, followed as far as the engine can.
            speech: what `speech` has said of it; None to find out.
        """
        ...

    def detect(self, audio: Audio) -> str | None:
        """The language of mono samples in -1 to 1 at `SAMPLE_RATE`; None where nobody speaks."""
        ...

    def language(self, asked: str) -> str | None:
        """The engine's code for a BCP 47 tag; None for ``auto``.

        Raises:
            UnsupportedLanguage: it knows none; the text lists what it knows.
        """
        ...

    def speech(self, audio: Audio) -> list[Span]:
        """Where somebody speaks, ascending."""
        ...
