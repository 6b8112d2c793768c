"""Cuts a recording into windows, before any of them is transcribed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from stenofleet_worker import metrics
from stenofleet_worker.errors import TooLong
from stenofleet_worker.transcription.ahead import ahead
from stenofleet_worker.transcription.audio import decode
from stenofleet_worker.transcription.container_clock import ContainerClock
from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Audio, Engine, Span
from stenofleet_worker.transcription.windows import Window, windows

SAMPLE = 60 * SAMPLE_RATE
"""Samples in which a language is looked for at once."""

LEEWAY = 60
"""Seconds by which a recording may be longer than the limit: the API has let in what says of
itself that it is not, and a container's word is a little less than what is decoded."""


@dataclass(frozen=True)
class Part:
    """A window without its sound; seconds of the recording.

    Attributes:
        index: which one it is.
        start: where it begins.
        end: where it ends.
        lead: how far the container's clock is ahead there, see `ContainerClock`.
        speech: where somebody speaks in it, in its samples; None where nobody has listened yet.
    """

    index: int
    start: float
    end: float
    lead: float
    speech: Sequence[Span] | None


@dataclass(frozen=True)
class Cut:
    """A recording that is too long for one window.

    Attributes:
        parts: in order; they cover it all.
        language: the engine's code, for all of them; None where nobody speaks.
    """

    parts: tuple[Part, ...]
    language: str | None


def cut(
    path: Path, engine: Engine, language: str | None, each: Callable[[Window], None], longest: int
) -> Window | Cut:
    """Reads a recording once and finds its windows; memory does not grow with its length.

    Args:
        path: the recording.
        engine: finds the pauses, and the language where none is given.
        language: the engine's code; None to find out.
        each: is given each of many windows while its sound is at hand; raises to stop.
        longest: seconds that it may last.

    Returns:
        The only window of a short recording, with its sound.

    Raises:
        NotAudio: it is no audio.
        TooLong: it is longer than ``longest``; some containers do not say so beforehand.
    """
    clock = ContainerClock()
    listening = _Listening(engine, language)
    spans = []
    with ahead(listening.pauses) as listened:
        found = listened.through(windows(_within(longest, decode(path, clock)), listening.pauses))
        first, second = next(found), next(found, None)
        for window in listening.to(chain([first, second], found)) if second else ():
            each(window)
            spans.append((window.index, window.start_seconds, window.end_seconds))
    if second is None:
        return replace(first, speech=listened.found(first.index))
    parts = tuple(
        Part(index, start, end, clock.lead(start), listened.found(index))
        for index, start, end in spans
    )
    return Cut(parts, listening.language)


def _within(longest: int, chunks: Iterator[Audio]) -> Iterator[Audio]:
    left = (longest + LEEWAY) * SAMPLE_RATE
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise TooLong(longest)
        yield chunk


@dataclass
class _Listening:
    """What the engine finds out before it is given a window; its time counts as hearing.

    The language is that of the first window in which somebody speaks.
    """

    engine: Engine
    language: str | None

    def pauses(self, audio: Audio) -> list[Span]:
        with metrics.engine("hearing"):
            return self.engine.speech(audio)

    def to(self, found: Iterator[Window]) -> Iterator[Window]:
        for window in found:
            self.language = self.language or self._heard(window)
            yield window

    def _heard(self, window: Window) -> str | None:
        samples = (
            window.audio[start : start + SAMPLE] for start in range(0, len(window.audio), SAMPLE)
        )
        with metrics.engine("hearing"):
            return next(filter(None, map(self.engine.detect, samples)), None)
