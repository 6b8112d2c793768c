"""Has the clips of a window heard: several at once, and by themselves where that does not do."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import ceil
from typing import Protocol

from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Audio, Segment
from stenofleet_worker.transcription.engines.clips import MOST, Clip
from stenofleet_worker.transcription.engines.pauses import until
from stenofleet_worker.transcription.engines.sound import Sound

AT_ONCE = 4
"""Clips heard at once. One by one they take an eighth more time of a processor, and eight at once
no less than four; each takes about 50 MB with the model ``base``."""

HEARD_AGAIN = SAMPLE_RATE
"""Samples of speech behind the last word from which on they are heard once more: the detection of
speech ends late, and for less Whisper makes up text."""


class Listener(Protocol):
    """Hears clips of one window; see `stenofleet_worker.transcription.engines.listener`."""

    def together(self, sounds: Sequence[Sound]) -> Iterator[list[Segment] | None]:
        """What is said in each, in order; None where it would have to try again."""
        ...

    def alone(self, sound: Sound, since: float = 0.0) -> Iterator[Segment]:
        """What is said in one, from so many of its seconds on."""
        ...


def segments(
    window: Audio, clips: Sequence[Clip], listener: Listener, at_once: int = AT_ONCE
) -> Iterator[Segment]:
    """What is said in the clips of a window, in order; found while it is asked for."""
    for group in groups(clips, at_once):
        sounds = [Sound.of(clip, window) for clip in group]
        first = listener.together(sounds) if len(sounds) > 1 else iter([None])
        for clip, sound, found in zip(group, sounds, first, strict=True):
            if found is None:
                yield from until(clip.speech, listener.alone(sound))
            else:
                yield from found
                yield from _rest(clip, sound, found, listener)


def groups(clips: Sequence[Clip], at_once: int) -> Iterator[Sequence[Clip]]:
    """Neighbours that are heard at once, of about as many each; too long ones are alone."""
    for too_long, neighbours in groupby(clips, key=lambda clip: clip.size > MOST):
        row = list(neighbours)
        size = 1 if too_long else ceil(len(row) / ceil(len(row) / at_once))
        yield from (row[start : start + size] for start in range(0, len(row), size))


def _rest(
    clip: Clip, sound: Sound, found: Sequence[Segment], listener: Listener
) -> Iterator[Segment]:
    """What Whisper left for another time, as it does now and then."""
    end = found[-1].end * SAMPLE_RATE if found else float("inf")
    if sum(max(0.0, stop - max(start, end)) for start, stop in clip.speech) >= HEARD_AGAIN:
        yield from until(clip.speech, listener.alone(sound, since=sound.within(found[-1].end)))
