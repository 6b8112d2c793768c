"""Cuts the speech of a window into clips, each of which Whisper hears at once.

Left to itself it hears half a minute, keeps what was said up to the last sentence that ended, and
hears the rest once more. Of a clip that ends with a sentence, nothing is heard twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Span
from stenofleet_worker.transcription.engines.pauses import without_pauses

MOST = 57 * SAMPLE_RATE // 2
"""Samples of a clip's sound: a little less than the half minute of Whisper's encoder, near whose
end a sentence is held for unfinished, and heard once more."""


@dataclass(frozen=True)
class Clip:
    """A part of a window that is heard by itself.

    Attributes:
        speech: where somebody speaks in it, with margins, ascending; at least one stretch.
        heard: the stretches of the window that make up its sound.
    """

    speech: Sequence[Span]
    heard: Sequence[Span]

    @property
    def size(self) -> int:
        """Samples of its sound."""
        return sum(end - start for start, end in self.heard)


@dataclass(frozen=True)
class _Way:
    """Clips for all speech from some stretch on; ``pauses`` is the samples before each of them."""

    clips: tuple[Clip, ...] = ()
    pauses: int = 0

    def after(self, clip: Clip, pause: int) -> "_Way":
        return _Way((clip, *self.clips), pause + self.pauses)

    def cost(self) -> tuple[int, int]:
        return len(self.clips), -self.pauses


def clips(speech: Sequence[Span], length: int) -> Sequence[Clip]:
    """Clips that hold all speech in order, cut at pauses.

    They are as few as can be, for the encoder takes half a minute however short a clip is; and
    among so few, those with the longest pauses between them: there sentences end.

    A stretch of speech that is longer than `MOST` is a clip all the same: Whisper moves on in it by
    itself, which is better than a cut within a word.

    Args:
        speech: where somebody speaks, with margins, ascending.
        length: samples of the window.
    """
    pauses = [
        (0, 0),
        *((end, start) for (_, end), (start, _) in pairwise(speech)),
        (length, length),
    ]
    best = {len(speech): _Way()}
    for first in reversed(range(len(speech))):
        begin, end = pauses[first]
        fitting = enumerate(_fitting(speech, first, pauses), first + 1)
        ways = (best[behind].after(clip, end - begin) for behind, clip in fitting)
        best[first] = min(ways, key=_Way.cost)
    return best[0].clips


def _fitting(speech: Sequence[Span], first: int, pauses: Sequence[Span]) -> Iterator[Clip]:
    """The clips that begin with a stretch of speech, from the shortest."""
    begin = _middle(pauses[first])
    for behind in range(first + 1, len(speech) + 1):
        spoken = speech[first:behind]
        stretches = without_pauses(spoken, _middle(pauses[behind]))
        clip = Clip(spoken, [(max(begin, start), end) for start, end in stretches])
        if len(spoken) > 1 and clip.size > MOST:
            return
        yield clip


def _middle(pause: Span) -> int:
    return sum(pause) // 2
