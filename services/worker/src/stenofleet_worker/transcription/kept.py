"""Sound that this process has decoded to cut it, and may be the one to hear.

Who cuts a recording mostly hears its first windows as well. They need not be fetched and decoded
again; whatever is not kept here, another process' windows for one, is read from the store.
"""

import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stenofleet_worker.transcription.audio import FULL_SCALE
from stenofleet_worker.transcription.engines.base import Audio
from stenofleet_worker.transcription.windows import Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 4
"""Windows that are kept: 31 MB, and all of a recording of a quarter of an hour."""


@dataclass(frozen=True)
class Place:
    """A window of a session's attempt."""

    session_id: uuid.UUID
    attempt: int
    index: int

    def beside(self, other: "Place") -> bool:
        """Whether both are of one cut of one recording."""
        return (self.session_id, self.attempt) == (other.session_id, other.attempt)


class KeptSound:
    """Safe to be used by many slots at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Place, NDArray[np.int16]] = {}

    def keep(self, place: Place, window: Window) -> None:
        """Keeps a window, where there is room beside the earlier ones of its recording."""
        # As it was decoded: half the memory, and nothing is lost.
        samples = (window.audio * FULL_SCALE).astype(np.int16)
        with self._lock:
            if len(self._kept) >= MOST:
                self._forget(place)
            if len(self._kept) < MOST:
                self._kept[place] = samples

    def take(self, place: Place) -> Audio | None:
        """The window's sound, which is kept no longer; None where it is not here."""
        with self._lock:
            samples = self._kept.pop(place, None)
        if samples is None:
            return None
        audio: Audio = samples.astype(np.float32) / FULL_SCALE
        return audio

    def _forget(self, place: Place) -> None:
        """The oldest window of another recording: others may have heard it."""
        oldest = next((each for each in self._kept if not each.beside(place)), None)
        if oldest is not None:
            del self._kept[oldest]
