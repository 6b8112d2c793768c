"""Turns sound into voiceprints by CAM++ on ONNX Runtime (extra: speakers)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path

import numpy as np
import onnxruntime

from stenofleet_worker.transcription.engines.base import Audio, Span
from stenofleet_worker.transcription.speakers.excerpts import CLOSE, Stretch, stretches
from stenofleet_worker.transcription.speakers.voiceprint import Vectors, Voiceprint

BATCH = 16
"""Excerpts heard at once: the fastest of 1 to 64 on one core; more do not fit its caches."""

DOUBTFUL = 0.4
"""Cosine distance of two excerpts in a row from which one more is heard between them, to find where
the voice changes. Of one voice a tenth differ as much; at 0.5 changes without a pause are placed
worse, at 0.3 a fifth more is heard for little."""

Place = tuple[int, int]
"""An excerpt: which stretch of speech it is of, and its first frame there."""


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
        spoken = list(stretches(audio, speech))
        sparse = [(at, first) for at, each in enumerate(spoken) for first in each.excerpts()]
        heard = self._heard(spoken, sparse)
        heard |= self._heard(spoken, _changes(heard))
        return list(_prints(spoken, heard))

    def _heard(self, spoken: Sequence[Stretch], places: Sequence[Place]) -> dict[Place, Vectors]:
        return {
            place: vector
            for batch in _batches(spoken, places)
            for place, vector in self._run(spoken, batch)
        }

    def _run(
        self, spoken: Sequence[Stretch], batch: Sequence[Place]
    ) -> Iterator[tuple[Place, Vectors]]:
        features = np.stack([spoken[at].excerpt(first) for at, first in batch])
        (embeddings,) = self._model.run(None, {"features": features})
        lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
        yield from zip(batch, embeddings / np.maximum(lengths, 1e-9), strict=True)


def _batches(spoken: Sequence[Stretch], places: Sequence[Place]) -> Iterator[list[Place]]:
    """Excerpts of one length each: a batch is one array."""

    def length(place: Place) -> int:
        return spoken[place[0]].length

    for _, found in groupby(sorted(places, key=length), key=length):
        alike = list(found)
        yield from (alike[start : start + BATCH] for start in range(0, len(alike), BATCH))


def _changes(heard: Mapping[Place, Vectors]) -> list[Place]:
    """What lies half-way between two excerpts of a stretch whose voices differ."""
    return [
        (at, (first + second) // 2)
        for (at, first), (other, second) in pairwise(sorted(heard))
        if at == other
        and second - first > CLOSE
        and 1 - heard[at, first] @ heard[at, second] > DOUBTFUL
    ]


def _prints(spoken: Sequence[Stretch], heard: Mapping[Place, Vectors]) -> Iterator[Voiceprint]:
    for at, places in groupby(sorted(heard), key=itemgetter(0)):
        firsts = [first for _, first in places]
        edges = pairwise(spoken[at].edges(firsts))
        for first, (start, end) in zip(firsts, edges, strict=True):
            yield Voiceprint.of(start, end, heard[at, first])
