"""Cuts a stream of samples into windows at pauses of speech.

Whisper's memory grows with what it hears at once (about 1.7 GB for half an hour), so a recording
is transcribed window by window, each held in memory only while it is worked on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from stenofleet.contracts.tasks import WINDOW_SECONDS

from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Audio, Span

LONGEST = WINDOW_SECONDS * SAMPLE_RATE
"""Samples of a window at most. Four minutes keep a worker with the model ``base`` below 1.2 GB,
and are short enough to be done again when a worker is lost."""

SEARCH = 30 * SAMPLE_RATE
"""Samples at the end of a full window in which its cut is looked for: in half a minute of speech
there is a breath, and the voice activity detection sees only an eighth of the recording twice."""

Detect = Callable[[Audio], Sequence[Span]]


@dataclass(frozen=True)
class Window:
    """A part of a recording; ``start`` and ``end`` in samples, the end not included.

    ``speech`` is where somebody speaks in it; None where nobody has listened yet.
    """

    index: int
    start: int
    audio: Audio = field(repr=False)
    speech: Sequence[Span] | None = field(default=None, repr=False)

    @property
    def end(self) -> int:
        return self.start + len(self.audio)

    @property
    def start_seconds(self) -> float:
        return self.start / SAMPLE_RATE

    @property
    def end_seconds(self) -> float:
        return self.end / SAMPLE_RATE


def windows(
    chunks: Iterable[Audio], speech: Detect, longest: int = LONGEST, search: int = SEARCH
) -> Iterator[Window]:
    """Windows that cover all samples in order, none longer than ``longest``.

    Args:
        chunks: the recording.
        speech: finds where somebody speaks, as [start, end) in samples.
        longest: samples of a window at most.
        search: samples at the end of a full window in which the cut is looked for.
    """
    start = 0
    for index, audio in enumerate(_cut_off(chunks, speech, longest, search)):
        yield Window(index, start, audio)
        start += len(audio)


def longest_pause(speech: Sequence[Span], length: int) -> int:
    """The middle of the longest pause in a stretch of ``length`` samples; its end without one."""
    edges = [0, *(edge for span in speech for edge in span), length]
    pauses = list(zip(edges[::2], edges[1::2], strict=True))
    start, end = max(pauses, key=lambda pause: pause[1] - pause[0])
    return (start + end + 1) // 2 if end > start else length


def _cut_off(chunks: Iterable[Audio], speech: Detect, longest: int, search: int) -> Iterator[Audio]:
    held: list[Audio] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        # Only now: joined with every chunk, a window would be copied some twenty times.
        while size > longest:
            sound = np.concatenate(held)
            searched = longest - search
            cut = searched + longest_pause(speech(sound[searched:longest]), search)
            held, size = [sound[cut:].copy()], size - cut
            yield sound[:cut]
    if size:
        yield np.concatenate(held)
