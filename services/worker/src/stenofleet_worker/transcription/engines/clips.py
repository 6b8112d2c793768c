"""Cuts the speech of a window into clips, each of which Whisper hears at once.

Left to itself it hears half a minute, keeps what was said up to the last sentence that ended, and
hears the rest once more. Of a clip that ends with a sentence, nothing is heard twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Span
from stenofleet_worker.transcription.engines.pauses import without_pauses

MOST = 57 * SAMPLE_RATE // 2
"""Samples of a clip's sound: a little less than the half minute of Whisper's encoder, near whose
end a sentence is held for unfinished, and heard once more."""

LEAST = 20 * SAMPLE_RATE
"""Samples from which on a clip may end, at the longest of the pauses up to `MOST`: a sentence ends
there rather than at a breath. Less would be dear: the encoder takes a short clip's half minute."""


@dataclass(frozen=True)
class Clip:
    """A part of a window that is heard by itself.

    Attributes:
        speech: where somebody speaks in it, with margins, ascending; at least one stretch.
        heard: the stretches of the window that make up its sound.
        pause: samples from its speech to the next clip's; 0 after the last one.
    """

    speech: Sequence[Span]
    heard: Sequence[Span]
    pause: int

    @property
    def size(self) -> int:
        """Samples of its sound."""
        return sum(end - start for start, end in self.heard)


def clips(speech: Sequence[Span], length: int) -> Iterator[Clip]:
    """Clips that hold all speech in order.

    A stretch of speech that is longer than `MOST` is a clip all the same: Whisper moves on in it by
    itself, which is better than a cut within a word.

    Args:
        speech: where somebody speaks, with margins, ascending.
        length: samples of the window.
    """
    begin = 0
    while speech:
        clip = _best(list(_fitting(speech, begin, length)))
        yield clip
        begin = clip.heard[-1][1]
        speech = speech[len(clip.speech) :]


def _fitting(speech: Sequence[Span], begin: int, length: int) -> Iterator[Clip]:
    """The clips with which what is left of a window can go on, from the shortest."""
    for count in range(1, len(speech) + 1):
        clip = _clip(speech, count, begin, length)
        if count > 1 and clip.size > MOST:
            return
        yield clip


def _clip(speech: Sequence[Span], count: int, begin: int, length: int) -> Clip:
    spoken, behind = speech[:count], speech[count:]
    pause = behind[0][0] - spoken[-1][1] if behind else 0
    end = spoken[-1][1] + pause // 2 if behind else length
    heard = [(max(begin, start), stop) for start, stop in without_pauses(spoken, end)]
    return Clip(spoken, heard, pause)


def _best(fitting: Sequence[Clip]) -> Clip:
    *_, longest = fitting
    if not longest.pause:
        return longest
    return max((each for each in fitting if each.size >= LEAST), key=_pause, default=longest)


def _pause(clip: Clip) -> int:
    return clip.pause
