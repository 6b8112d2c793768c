"""faster-whisper's two ways to hear sound: several clips at once, or one by itself."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from operator import attrgetter
from typing import Any

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.transcribe import get_compression_ratio, restore_speech_timestamps

from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Segment, Span, Word
from stenofleet_worker.transcription.engines.sound import Sound

BEAM_SIZE = 5
"""Whisper's own default, with which its error rates are published."""

UNLIKELY = -1.0
"""Mean logarithm of the words' probabilities below which Whisper tries again, less strictly."""

REPETITIVE = 2.4
"""How far a text can be compressed above which Whisper tries again: it says a thing for ever."""

LAST_TIME = 1500
"""Whisper's number for the end of its half minute; it counts in steps of 0.02 s."""


@dataclass(frozen=True)
class Listener:
    """Hears clips of one window.

    Attributes:
        model: shared by all slots.
        language: Whisper's code.
        wishes: further arguments of faster-whisper's.
    """

    model: WhisperModel
    language: str
    wishes: dict[str, Any]

    def together(self, sounds: Sequence[Sound]) -> Iterator[list[Segment] | None]:
        """What is said in each, in order; None where Whisper would try again.

        The words of all are found side by side, which takes a processor less than one after the
        other. No sound may be longer than half a minute.

        Args:
            sounds: neighbours, at least one.
        """
        parts = _parts(sounds)
        segments, _ = _SideBySide(self.model).transcribe(
            np.concatenate([each.audio for each in sounds]),
            clip_timestamps=parts,
            batch_size=len(sounds),
            without_timestamps=False,
            **self._common,
        )
        of_each = (list(found) for _, found in groupby(segments, key=attrgetter("seek")))
        for sound, part, found in zip(sounds, parts, of_each, strict=True):
            own = (_own(each, part["start"], sound.seconds) for each in found)
            yield None if _doubtful(found) else list(_converted(own, sound.heard))

    def alone(self, sound: Sound, since: float = 0.0) -> Iterator[Segment]:
        """What is said in one of any length, from so many of its seconds on.

        Where what it finds is unlikely, Whisper tries again at higher temperatures.
        """
        segments, _ = self.model.transcribe(
            sound.audio, clip_timestamps=[since], condition_on_previous_text=False, **self._common
        )
        return _converted(segments, sound.heard)

    @property
    def _common(self) -> dict[str, Any]:
        return {"language": self.language, "beam_size": BEAM_SIZE, **self.wishes}


class _SideBySide(BatchedInferencePipeline):  # type: ignore[misc] # the package's is untyped
    """Keeps a last sentence to which Whisper says no end; a clip ends with its sentence."""

    def generate_segment_batched(self, features: Any, tokenizer: Any, options: Any) -> Any:
        encoded, results = super().generate_segment_batched(features, tokenizer, options)
        end = tokenizer.timestamp_begin + LAST_TIME
        for each in results:
            if each["tokens"] and each["tokens"][-1] < tokenizer.timestamp_begin:
                each["tokens"].append(end)
        return encoded, results


def _parts(sounds: Sequence[Sound]) -> list[dict[str, float]]:
    ends = list(accumulate(each.seconds for each in sounds))
    starts = [0.0, *ends[:-1]]
    return [{"start": start, "end": end} for start, end in zip(starts, ends, strict=True)]


def _doubtful(found: Sequence[Any]) -> bool:
    text = "".join(each.text for each in found).strip()
    likely, compressed = float(found[0].avg_logprob), float(get_compression_ratio(text))
    return likely < UNLIKELY or compressed > REPETITIVE


def _own(segment: Any, start: float, seconds: float) -> Any:
    """With the times of its own sound, which begins at ``start`` and is so long."""

    def within(part: Any) -> Any:
        return replace(
            part, start=min(part.start - start, seconds), end=min(part.end - start, seconds)
        )

    found = within(segment)
    return replace(found, words=[within(each) for each in segment.words or ()] or None)


def _converted(segments: Any, heard: Sequence[Span]) -> Iterator[Segment]:
    """In seconds of the window, without those that say nothing."""
    chunks = [{"start": start, "end": end} for start, end in heard]
    spoken = (each for each in segments if each.text.strip() and each.start < each.end)
    for each in restore_speech_timestamps(spoken, chunks, SAMPLE_RATE):
        yield Segment(
            text=each.text.strip(),
            start=float(each.start),
            end=float(each.end),
            confidence=min(1.0, math.exp(each.avg_logprob)),
            words=tuple(_word(word) for word in each.words or ()),
        )


def _word(word: Any) -> Word:
    # numpy's floats, which JSON does not take.
    return Word(word.word.strip(), float(word.start), float(word.end), float(word.probability))
