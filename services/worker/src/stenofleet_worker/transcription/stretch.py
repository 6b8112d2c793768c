"""Decodes one stretch of a recording without what lies before it."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import av.error
import numpy as np
import structlog

from stenofleet_worker.transcription.audio import (
    Source,
    decode,
    frames,
    no_audio,
    opened,
    resampled,
)
from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Audio

log = structlog.get_logger(__name__)

RUN_UP = 1.0
"""Seconds decoded before a stretch and thrown away: decoders need up to a tenth of it to settle."""

SLACK = 0.002
"""Seconds by which the first frame may seem late: containers round times to milliseconds."""


def stretch(source: Source, start: float, end: float, lead: float) -> Audio:
    """The samples from ``start`` to ``end``, as decoding the whole recording would give them.

    Where the container cannot be entered there, all that lies before is decoded as well, and
    thrown away piece by piece.

    Args:
        source: the recording.
        start: seconds from the first sample.
        end: seconds from the first sample.
        lead: how far the container's clock is ahead there, see `ContainerClock`.

    Raises:
        NotAudio: nothing can be decoded.
    """
    first, length = round(start * SAMPLE_RATE), round((end - start) * SAMPLE_RATE)
    found = _entered(source, start, length, lead)
    if found is None:
        log.info("the recording cannot be entered in the middle, it is read from its start")
        found = _part(decode(source), first, length)
    if not len(found):
        raise no_audio(source)
    return found


def _entered(source: Source, start: float, length: int, lead: float) -> Audio | None:
    """The samples, found by the container's clock; None where that leads nowhere."""
    with opened(source) as container:
        try:
            _seek(container, start + lead - RUN_UP)
            decoded = frames(container)
            first = _containing(decoded, start + lead)
        except av.error.FFmpegError:
            return None
        if first is None or first.time > start + lead + SLACK:
            return None
        skip = max(0, round((start + lead - first.time) * SAMPLE_RATE))
        return _part(resampled(chain([first], decoded)), skip, length)


def _seek(container: Any, time: float) -> None:
    stream = container.streams.audio[0]
    container.seek(int(max(0.0, time) / stream.time_base), stream=stream)


def _containing(decoded: Iterator[Any], time: float) -> Any:
    """The first frame that ends after ``time``; None where there is none, or none has a time."""
    for frame in decoded:
        if frame.time is None:
            return None
        if frame.time + frame.samples / frame.sample_rate > time:
            return frame
    return None


def _part(samples: Iterator[Audio], skip: int, length: int) -> Audio:
    kept: list[Audio] = []
    missing = length
    for each in samples:
        part = each[skip : skip + missing]
        skip -= min(skip, len(each))
        if len(part):
            kept.append(part)
            missing -= len(part)
        if not missing:
            break
    return np.concatenate(kept) if kept else np.zeros(0, np.float32)
