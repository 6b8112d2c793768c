"""Turns sound into voiceprints by CAM++ on ONNX Runtime (extra: speakers)."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import onnxruntime

from stenofleet_worker.transcription.engines.base import Audio
from stenofleet_worker.transcription.speakers.excerpts import Excerpt, excerpts
from stenofleet_worker.transcription.speakers.voiceprint import Voiceprint
from stenofleet_worker.transcription.windows import Span

BATCH = 16
"""Excerpts heard at once: the fastest of 1 to 64 on one core; more do not fit its caches."""


class Voices:
    """One model for all slots; each call runs on the caller's thread alone."""

    def __init__(self, model: Path) -> None:
        """Loads the model, which takes a fraction of a second.

        Args:
            model: the ONNX file that ``fetch_model.py campplus`` makes.
        """
        options = onnxruntime.SessionOptions()
        # Slots work side by side: more threads a call would only take each other's cores.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # An arena keeps the most memory that it ever needed.
        options.enable_cpu_mem_arena = False
        self._model = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )

    def embed(self, audio: Audio, speech: Sequence[Span]) -> list[Voiceprint]:
        """The voices of a window of sound; safe to be called by many threads at once.

        Args:
            audio: mono samples in -1 to 1 at `SAMPLE_RATE`.
            speech: where somebody speaks, as [start, end) in samples, ascending.

        Returns:
            Voiceprints that cover the speech, in order, in seconds of the window.
        """
        heard = [each for batch in _batches(audio, speech) for each in self._heard(batch)]
        return sorted(heard, key=lambda each: each.start)

    def _heard(self, batch: list[Excerpt]) -> Iterator[Voiceprint]:
        features = np.stack([each.features for each in batch])
        (embeddings,) = self._model.run(None, {"features": features})
        for excerpt, embedding in zip(batch, embeddings, strict=True):
            yield Voiceprint.of(excerpt.start, excerpt.end, embedding)


def _batches(audio: Audio, speech: Sequence[Span]) -> Iterator[list[Excerpt]]:
    """Excerpts of one length each: a batch is one array."""
    ordered = sorted(excerpts(audio, speech), key=_length)
    for _, found in groupby(ordered, key=_length):
        alike = list(found)
        yield from (alike[start : start + BATCH] for start in range(0, len(alike), BATCH))


def _length(excerpt: Excerpt) -> int:
    return len(excerpt.features)
