"""From Google's results to words, each once and with a speaker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, count

from stenofleet_worker.google.base import HeardResult, HeardWord
from stenofleet_worker.transcription.engines.base import Word


@dataclass(frozen=True)
class SpokenWord:
    """A word and who says it; speakers are counted from 1 in order of appearance."""

    word: Word
    speaker_id: int


def spoken(results: Iterable[HeardResult]) -> list[SpokenWord]:
    """All words in order of time."""
    words = distinct(results)
    speakers = _numbered(words)
    return [
        SpokenWord(Word(each.text, each.start, each.end, each.confidence), speaker)
        for each, speaker in zip(words, speakers, strict=True)
    ]


def distinct(results: Iterable[HeardResult]) -> list[HeardWord]:
    """Each word once, by its offsets.

    The last result may hold all words of the others again, and more certain. Within one result
    two short words may have the same offsets, and both count.
    """
    found: dict[tuple[float, float, int], HeardWord] = {}
    for result in results:
        seen: dict[tuple[float, float], int] = {}
        for word in result.words:
            offsets = (word.start, word.end)
            seen[offsets] = ordinal = seen.get(offsets, 0) + 1
            key = (*offsets, ordinal)
            former = found.get(key)
            if former is None or word.label or not former.label:
                found[key] = word
    return [found[key] for key in sorted(found)]


def without_aggregate(results: Sequence[HeardResult]) -> list[HeardResult]:
    """Results without times of words, for which only the texts tell a repetition."""
    if not results:
        return []
    *former, last = results
    earlier = [word.text for each in former for word in each.words]
    repeats = bool(earlier) and earlier == [word.text for word in last.words]
    return [last] if repeats else list(results)


def estimated(results: Sequence[HeardResult]) -> list[list[SpokenWord]]:
    """The words of each result without times, spread over it by their lengths."""
    distinct = without_aggregate(results)
    numbers = iter(_numbered([word for each in distinct for word in _words(each)]))
    found, start = [], 0.0
    for each in distinct:
        end = max(start, each.end)
        found.append([SpokenWord(word, next(numbers)) for word in _spread(each, start, end)])
        start = end
    return found


def _words(result: HeardResult) -> tuple[HeardWord, ...]:
    """A result without words is a single one."""
    text = result.text.strip()
    return result.words or ((HeardWord(text, 0, 0, result.confidence),) if text else ())


def _spread(result: HeardResult, start: float, end: float) -> list[Word]:
    words = _words(result)
    ends = list(accumulate(len(word.text) + 1 for word in words))
    edges = [start + (end - start) * each / ends[-1] for each in [0, *ends]] if ends else []
    return [
        Word(word.text, left, right, word.confidence)
        for word, left, right in zip(words, edges, edges[1:], strict=False)
    ]


def _numbered(words: Sequence[HeardWord]) -> list[int]:
    """A word without a label is said by whoever spoke last."""
    numbers: dict[str, int] = {}
    new = count(1)
    speakers, now = [], 1
    for word in words:
        if word.label:
            if word.label not in numbers:
                numbers[word.label] = next(new)
            now = numbers[word.label]
        speakers.append(now)
    return speakers
