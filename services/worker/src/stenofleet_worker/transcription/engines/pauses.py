"""What of a window Whisper hears: all but the long pauses, as faster-whisper's own filter has it.

That filter would listen for speech once more; what was found for telling speakers apart serves as
well.
"""

from collections.abc import Iterable, Iterator, Sequence

from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Segment, Span

MARGIN = SAMPLE_RATE // 10
"""Samples that found speech has at each side of itself: word ends are quiet."""

LONG = 63 * 512
"""Samples of a pause that is still heard: 2 s, faster-whisper's default, in whole frames of the
detection."""

KEPT = 2 * SAMPLE_RATE // 5
"""Samples of a long pause that are heard at each side of speech; faster-whisper's default."""

WORDLESS = 0.25
"""Seconds at the end of speech in which no other word begins: the detection ends late by about as
much."""


def without_pauses(speech: Iterable[Span], length: int) -> list[Span]:
    """The stretches that are heard.

    Args:
        speech: where somebody speaks, with its `MARGIN`, ascending.
        length: samples of the window.
    """
    heard: list[Span] = []
    for start, end in ((start + MARGIN, end - MARGIN) for start, end in speech):
        if heard and start - heard[-1][1] <= LONG:
            heard[-1] = heard[-1][0], end
        else:
            heard.append((start, end))
    if heard and length - heard[-1][1] <= LONG:
        heard[-1] = heard[-1][0], length
    return [(max(0, start - KEPT), min(length, end + KEPT)) for start, end in heard]


def until(speech: Sequence[Span], segments: Iterator[Segment]) -> Iterator[Segment]:
    """The segments up to the end of speech; what would find more is not asked.

    Whisper hears whatever follows its last segment as half a minute, which costs as much as half a
    minute of speech, and it invents text for silence.

    Args:
        speech: where somebody speaks, with its `MARGIN`, ascending; at least one stretch.
        segments: found while they are asked for; in seconds of the window.
    """
    end = (speech[-1][1] - MARGIN) / SAMPLE_RATE - WORDLESS
    for segment in segments:
        yield segment
        if segment.end >= end:
            return
