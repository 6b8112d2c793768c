"""The sound of a clip, which is not all of its stretch of the window."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Audio, Span
from stenofleet_worker.transcription.engines.clips import Clip


@dataclass(frozen=True)
class Sound:
    """What Whisper hears of a clip.

    Attributes:
        audio: mono samples, without long pauses.
        heard: the stretches of the window that they are, ascending.
    """

    audio: Audio
    heard: Sequence[Span]

    @classmethod
    def of(cls, clip: Clip, window: Audio) -> "Sound":
        """Cut out of the samples of its window."""
        return cls(np.concatenate([window[start:end] for start, end in clip.heard]), clip.heard)

    @property
    def seconds(self) -> float:
        return len(self.audio) / SAMPLE_RATE

    def within(self, time: float) -> float:
        """Seconds from the start of `audio` for a time in the window."""
        sample = time * SAMPLE_RATE
        return sum(max(0.0, min(end, sample) - start) for start, end in self.heard) / SAMPLE_RATE
