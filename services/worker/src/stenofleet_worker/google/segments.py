"""From words to segments: a new one where the speaker changes, pauses, or has spoken for long."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from stenofleet_worker.google.base import HeardResult
from stenofleet_worker.google.words import SpokenWord, estimated
from stenofleet_worker.transcription.engines.base import Segment

PAUSE: Final = 1.0
"""Seconds of silence after which the next word begins a segment: longer than a breath."""

LONG: Final = 15.0
"""Seconds after which the end of a sentence ends the segment."""

LONGEST: Final = 30.0
"""Seconds after which any word ends it: longer ones are of no use as subtitles."""

_SENTENCE_ENDS: Final = tuple(".?!。?!؟।")


def by_words(words: Iterable[SpokenWord], joiner: str) -> tuple[Segment, ...]:
    """Segments of words in order of time; ``joiner`` stands between two words."""
    groups: list[list[SpokenWord]] = []
    for each in words:
        if not groups or _begins(groups[-1], each):
            groups.append([])
        groups[-1].append(each)
    return tuple(_segment(group, joiner) for group in groups)


def by_results(results: Sequence[HeardResult], joiner: str) -> tuple[Segment, ...]:
    """Segments of results whose words have no times: those of speakers within one are estimates.

    No segment keeps words, whose times would look as if Google had told them.
    """
    segments = [each for words in estimated(results) for each in by_words(words, joiner)]
    return tuple(replace(each, words=()) for each in segments)


def _begins(group: list[SpokenWord], then: SpokenWord) -> bool:
    last = group[-1]
    lasted = last.word.end - group[0].word.start
    return (
        then.speaker_id != last.speaker_id
        or then.word.start - last.word.end > PAUSE
        or lasted >= LONGEST
        or (lasted >= LONG and last.word.text.endswith(_SENTENCE_ENDS))
    )


def _segment(group: list[SpokenWord], joiner: str) -> Segment:
    words = tuple(each.word for each in group)
    known = [word.confidence for word in words if word.confidence is not None]
    return Segment(
        text=joiner.join(word.text for word in words),
        start=words[0].start,
        end=max(word.end for word in words),
        confidence=sum(known) / len(known) if known else None,
        words=words,
        speaker_id=group[0].speaker_id,
    )
