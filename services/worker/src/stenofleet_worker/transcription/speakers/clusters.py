"""Groups voiceprints by voice."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from stenofleet_worker.transcription.speakers.voiceprint import Vectors

Labels = NDArray[np.int64]
Seconds = NDArray[np.float64]

APART: Final = 0.5
"""Cosine distance, on average, from which two groups are two voices. On the dialogues of the tests
0.45 to 0.575 find the right speakers; at 0.4 one voice falls apart, at 0.6 two men are one."""

SHORTEST: Final = 5.0
"""Seconds that a voice must speak in a recording to be a speaker: what is heard less is, nearly
always, a known voice that laughs, coughs or is spoken over."""

SMALLEST: Final = 0.1
"""The same as a part of all speech: it counts where the whole recording is short."""

COMPARED: Final = 4000
"""Voiceprints that are compared each with each, which takes 64 MB and about a second. They are 50
minutes of speech; of longer recordings as many are taken evenly, and the others go to the nearest
group. All of 10 hours would take 9 GB."""


def group(vectors: Vectors, seconds: Seconds, most: int) -> Labels:
    """A number for each voiceprint, the same one for the same voice.

    Args:
        vectors: the voiceprints as rows of length 1; at least one.
        seconds: how long each is.
        most: the speakers there are at most.
    """
    chosen = np.linspace(0, len(vectors) - 1, min(len(vectors), COMPARED)).astype(np.int64)
    weights = seconds[chosen] * (seconds.sum() / seconds[chosen].sum())
    labels = _joined(vectors[chosen], APART)
    voices, spoken = _centres(vectors[chosen], labels, weights)
    voices = voices[_speakers(spoken)]
    nearest: Labels = np.argmax(vectors @ _at_most(most, voices).T, axis=1)
    return nearest


def _speakers(spoken: Seconds) -> Labels:
    """The voices that speak long enough; the longest alone where none does."""
    enough = np.flatnonzero(spoken >= min(SHORTEST, SMALLEST * spoken.sum()))
    return enough if len(enough) else np.array([np.argmax(spoken)])


def _at_most(most: int, voices: Vectors) -> Vectors:
    """The voices, of which the most alike are taken for one until few enough are left."""
    if len(voices) <= most:
        return voices
    tree = linkage(voices, method="average", metric="cosine")
    labels = fcluster(tree, most, criterion="maxclust").astype(np.int64) - 1
    return _centres(voices, labels, np.ones(len(voices)))[0]


def _joined(vectors: Vectors, distance: float) -> Labels:
    """Groups whose members are, on average, nearer to each other than ``distance``."""
    if len(vectors) == 1:
        return np.zeros(1, np.int64)
    tree = linkage(vectors, method="average", metric="cosine")
    labels: Labels = fcluster(tree, distance, criterion="distance").astype(np.int64) - 1
    return labels


def _centres(vectors: Vectors, labels: Labels, weights: Seconds) -> tuple[Vectors, Seconds]:
    """The mean direction of each group, and how much it weighs."""
    members = labels == np.arange(labels.max() + 1)[:, None]
    sums = (members * weights) @ vectors
    centres = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return centres.astype(np.float32), members @ weights
