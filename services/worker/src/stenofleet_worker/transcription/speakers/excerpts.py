"""Cuts the sound of speech into overlapping excerpts, each long enough to tell a voice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import kaldi_native_fbank as kaldi
import numpy as np

from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Audio
from stenofleet_worker.transcription.speakers.voiceprint import Vectors
from stenofleet_worker.transcription.windows import Span

MELS = 80
"""Frequency bands of a frame: what CAM++ was trained on."""

FRAMES_A_SECOND = 100

LENGTH = 148
"""Frames of an excerpt: 1.5 s, less what the last frame reaches ahead. Shorter ones tell voices
worse, longer ones hear two people at once more often."""

HOP = 75
"""Frames from one excerpt to the next: half of one, so that every moment is heard twice."""

SHORTEST = 30
"""Frames below which a stretch of speech is a cough or a click, and tells no voice."""


QUIET = 6.0
"""How far below its loud moments speech is silence, as the mean of the logarithms of all bands:
26 dB. Detectors of speech leave a margin around it, which is nobody's."""


@dataclass(frozen=True)
class Excerpt:
    """Features of a moment of speech, and the stretch of which they tell the voice.

    The features reach into the neighbouring stretches; the stretches themselves do not overlap.

    Attributes:
        start: of the stretch, in seconds.
        end: of the stretch, in seconds.
        features: a row a frame, without their mean.
    """

    start: float
    end: float
    features: Vectors


def excerpts(audio: Audio, speech: Sequence[Span]) -> Iterator[Excerpt]:
    """The excerpts of all stretches of speech, in order."""
    for start, end in speech:
        features = _features(audio[start:end])
        if len(features) >= SHORTEST:
            yield from _cut(features, start / SAMPLE_RATE)


def _cut(features: Vectors, start: float) -> Iterator[Excerpt]:
    firsts = _firsts(len(features))
    length = min(LENGTH, len(features))
    loud, quiet = _loud(features)
    # A stretch ends half-way between the middles of two excerpts.
    inner = np.clip([(a + b + length) / 2 for a, b in pairwise(firsts)], loud, quiet)
    edges = [start + frame / FRAMES_A_SECOND for frame in (loud, *inner.tolist(), quiet)]
    for first, (begin, stop) in zip(firsts, pairwise(edges), strict=True):
        part = features[first : first + length]
        yield Excerpt(begin, stop, part - part.mean(axis=0))


def _loud(features: Vectors) -> tuple[int, int]:
    """The first frame that is no silence, and the one after the last."""
    levels = features.mean(axis=1)
    loud = np.flatnonzero(levels > np.quantile(levels, 0.9) - QUIET)
    return int(loud[0]), int(loud[-1]) + 1


def _firsts(frames: int) -> list[int]:
    """Where excerpts begin; the last one ends with the speech."""
    last = max(0, frames - LENGTH)
    return [*range(0, last, HOP), last]


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
