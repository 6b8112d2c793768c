"""What of a window Whisper hears: all but the long pauses, as faster-whisper's own filter has it.

That filter would listen for speech once more; what was found for telling speakers apart serves as
well.
"""

from collections.abc import Iterable

from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Span

MARGIN = SAMPLE_RATE // 10
"""Samples that found speech has at each side of itself: word ends are quiet."""

LONG = 63 * 512
"""Samples of a pause that is still heard: 2 s, faster-whisper's default, in whole frames of the
detection."""

KEPT = 2 * SAMPLE_RATE // 5
"""Samples of a long pause that are heard at each side of speech; faster-whisper's default."""


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
