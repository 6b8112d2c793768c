"""Gives words, and so segments, to the speakers of turns."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from stenofleet_worker.transcription.engines.base import Segment, Word
from stenofleet_worker.transcription.speakers.turns import Turn

FLICKER = 0.5
"""Seconds of speech below which a change of speaker within a segment is not believed: the middles
of two voiceprints are further apart than that."""


@dataclass(frozen=True)
class _Run:
    """Words of a segment, one after the other, of one speaker."""

    speaker: int
    words: tuple[Word, ...]

    @property
    def seconds(self) -> float:
        return self.words[-1].end - self.words[0].start


def assign(segments: Iterable[Segment], turns: Sequence[Turn]) -> list[Segment]:
    """Segments with their speakers, cut between two words where the speaker changes.

    Args:
        segments: of the whole recording, ascending.
        turns: as `tell_apart` gives them, in order; without any, all is left as it is.

    Returns:
        The same words and texts; a segment without words goes to who speaks most of it.
    """
    if not turns:
        return list(segments)
    clock = _Clock(turns)
    return [part for segment in segments for part in _parts(segment, clock)]


def _parts(segment: Segment, clock: "_Clock") -> Iterator[Segment]:
    runs = _believed(_runs(segment.words, clock))
    if len(runs) > 1:
        yield from _cut(segment, runs)
    else:
        speaker = runs[0].speaker if runs else clock.speaker(segment.start, segment.end)
        yield replace(segment, speaker_id=speaker)


def _runs(words: Iterable[Word], clock: "_Clock") -> list[_Run]:
    spoken = groupby(words, key=lambda word: clock.speaker(word.start, word.end))
    return [_Run(speaker, tuple(found)) for speaker, found in spoken]


def _believed(runs: list[_Run]) -> list[_Run]:
    """The runs, of which the shortest goes to its longer neighbour until none is a flicker."""
    while len(runs) > 1:
        shortest = min(range(len(runs)), key=lambda index: runs[index].seconds)
        if runs[shortest].seconds >= FLICKER:
            break
        near = [index for index in (shortest - 1, shortest + 1) if 0 <= index < len(runs)]
        heir = max(near, key=lambda index: runs[index].seconds)
        runs[shortest] = replace(runs[shortest], speaker=runs[heir].speaker)
        runs = _joined(runs)
    return runs


def _joined(runs: Iterable[_Run]) -> list[_Run]:
    spoken = groupby(runs, key=lambda run: run.speaker)
    return [
        _Run(speaker, tuple(word for run in found for word in run.words))
        for speaker, found in spoken
    ]


def _cut(segment: Segment, runs: Sequence[_Run]) -> Iterator[Segment]:
    texts = _texts(segment.text, runs)
    starts = [segment.start, *(run.words[0].start for run in runs[1:])]
    ends = [*(run.words[-1].end for run in runs[:-1]), segment.end]
    for run, text, start, end in zip(runs, texts, starts, ends, strict=True):
        yield replace(
            segment, text=text, start=start, end=end, words=run.words, speaker_id=run.speaker
        )


def _texts(text: str, runs: Sequence[_Run]) -> list[str]:
    """The text of each run, cut from the segment's own: not all languages use spaces."""
    cuts, at = [0], 0
    for run in runs:
        for index, word in enumerate(run.words):
            found = text.find(word.text, at)
            if found < 0:
                return [" ".join(word.text for word in run.words) for run in runs]
            if index == 0 and run is not runs[0]:
                cuts.append(found)
            at = found + len(word.text)
    return [text[start:end].strip() for start, end in pairwise([*cuts, len(text)])]


class _Clock:
    """Says who speaks at a time."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = turns
        self._starts = [turn.start for turn in turns]

    def speaker(self, start: float, end: float) -> int:
        """Who speaks most between two seconds, or nearest to them."""
        around = self._around(start, end)
        spoken: dict[int, float] = {}
        for turn in around:
            common = max(0.0, _common(turn, start, end))
            spoken[turn.speaker] = spoken.get(turn.speaker, 0.0) + common
        if not any(spoken.values()):
            # The least negative is the nearest.
            return max(around, key=lambda turn: _common(turn, start, end)).speaker
        return max(spoken, key=lambda speaker: spoken[speaker])

    def _around(self, start: float, end: float) -> Sequence[Turn]:
        """The turns between the seconds, the one before and the one after."""
        first = bisect_right(self._starts, start) - 1
        return self._turns[max(0, first) : bisect_left(self._starts, end) + 1]


def _common(turn: Turn, start: float, end: float) -> float:
    """Seconds for which a turn and a stretch overlap; negative: how far they are apart."""
    return min(end, turn.end) - max(start, turn.start)
