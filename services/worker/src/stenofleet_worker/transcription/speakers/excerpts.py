"""Cuts the sound of speech into excerpts, each long enough to tell a voice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil

import kaldi_native_fbank as kaldi
import numpy as np

from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Audio, Span
from stenofleet_worker.transcription.speakers.voiceprint import Vectors

MELS = 80
"""Frequency bands of a frame: what CAM++ was trained on."""

FRAMES_A_SECOND = 100

LENGTH = 148
"""Frames of an excerpt: 1.5 s, less what the last frame reaches ahead. Shorter ones tell voices
worse, longer ones hear two people at once more often."""

HOP = LENGTH + 2
"""Frames from one excerpt to the next at most, so that all speech is heard."""

CLOSE = HOP // 2
"""Frames between two excerpts that are nearly the same: half of one."""

SHORTEST = 30
"""Frames below which a stretch of speech is a cough or a click, and tells no voice."""

QUIET = 6.0
"""How far below its loud moments speech is silence, as the mean of the logarithms of all bands:
26 dB. Detectors of speech leave a margin around it, which is nobody's."""


@dataclass(frozen=True)
class Stretch:
    """Somebody speaks without a pause, or several one after the other.

    Excerpts are named by their first frames.

    Attributes:
        start: in seconds.
        features: a row a frame.
    """

    start: float
    features: Vectors = field(repr=False)

    @property
    def length(self) -> int:
        """Frames of each excerpt."""
        return min(LENGTH, len(self.features))

    def excerpts(self) -> list[int]:
        """So few that all is heard; the last one ends with the stretch."""
        last = len(self.features) - self.length
        if last < CLOSE:
            return [last // 2]
        count = ceil(last / HOP) + 1
        return [round(each) for each in np.linspace(0, last, count).tolist()]

    def excerpt(self, first: int) -> Vectors:
        """The features of an excerpt without their mean."""
        part = self.features[first : first + self.length]
        centred: Vectors = part - part.mean(axis=0)
        return centred

    def edges(self, firsts: Sequence[int]) -> list[float]:
        """What excerpts tell the voice of, in seconds: each from its edge to the next.

        The features of an excerpt reach beyond its edges, which are half-way between the middles.
        """
        loud, quiet = self._loud()
        inner = np.clip([(a + b + self.length) / 2 for a, b in pairwise(firsts)], loud, quiet)
        return [self.start + frame / FRAMES_A_SECOND for frame in (loud, *inner.tolist(), quiet)]

    def _loud(self) -> tuple[int, int]:
        """The first frame that is no silence, and the one after the last."""
        levels = self.features.mean(axis=1)
        loud = np.flatnonzero(levels > np.quantile(levels, 0.9) - QUIET)
        return int(loud[0]), int(loud[-1]) + 1


def stretches(audio: Audio, speech: Sequence[Span]) -> Iterator[Stretch]:
    """All stretches of speech that are long enough, in order."""
    for start, end in speech:
        features = _features(audio[start:end])
        if len(features) >= SHORTEST:
            yield Stretch(start / SAMPLE_RATE, features)


def _features(audio: Audio) -> Vectors:
    bank = kaldi.OnlineFbank(_options())
    bank.accept_waveform(SAMPLE_RATE, audio)
    bank.input_finished()
    frames = [bank.get_frame(index) for index in range(bank.num_frames_ready)]
    return np.stack(frames) if frames else np.zeros((0, MELS), np.float32)


def _options() -> kaldi.FbankOptions:
    options = kaldi.FbankOptions()
    options.frame_opts.dither = 0.0  # the same sound must give the same voice
    options.mel_opts.num_bins = MELS
    return options
