"""What a short stretch of speech tells of the voice that speaks it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

STORED = "<f2"
"""A vector's numbers as they are kept: half precision is far finer than voices differ."""


@dataclass(frozen=True)
class Voiceprint:
    """A voice in a stretch of speech; the stretches of a recording do not overlap.

    Attributes:
        start: seconds from the start of the window (or recording).
        end: seconds.
        vector: of length 1, as half-precision numbers.
    """

    start: float
    end: float
    vector: bytes

    @classmethod
    def of(cls, start: float, end: float, embedding: Vectors) -> "Voiceprint":
        """From the model's output, which is of any length."""
        direction = embedding / max(float(np.linalg.norm(embedding)), 1e-9)
        return cls(start, end, direction.astype(STORED).tobytes())

    def moved(self, seconds: float) -> "Voiceprint":
        """As it stands in a recording in which its window begins at ``seconds``."""
        return replace(self, start=self.start + seconds, end=self.end + seconds)

    def to_json(self) -> list[Any]:
        """Start, end and vector, about 550 bytes."""
        vector = base64.b64encode(self.vector).decode()
        return [round(self.start, 3), round(self.end, 3), vector]

    @classmethod
    def from_json(cls, stored: list[Any]) -> "Voiceprint":
        """The opposite of `to_json`."""
        start, end, vector = stored
        return cls(start, end, base64.b64decode(vector))


def vectors(prints: Sequence[Voiceprint]) -> Vectors:
    """The vectors as rows, each of length 1."""
    joined = np.frombuffer(b"".join(each.vector for each in prints), STORED)
    rows = joined.astype(np.float32).reshape(len(prints), -1)
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
