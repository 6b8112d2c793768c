"""What of a window Whisper hears."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_worker.transcription.engines.base import Segment
from stenofleet_worker.transcription.engines.pauses import (
    KEPT,
    LONG,
    MARGIN,
    WORDLESS,
    until,
    without_pauses,
)

SECOND = 16_000
LENGTH = 240 * SECOND

edges = st.sets(st.integers(0, LENGTH), max_size=20).map(sorted)


@given(edges)
def test_all_speech_is_heard_and_stretches_are_apart(marks: list[int]) -> None:
    speech = list(zip(marks[::2], marks[1::2], strict=False))
    heard = without_pauses(speech, LENGTH)
    assert all(any(a <= start and end <= b for a, b in heard) for start, end in speech)
    ends = [0, *(edge for span in heard for edge in span), LENGTH]
    assert ends == sorted(ends)


@pytest.mark.parametrize(("pause", "parts"), [(LONG, 1), (LONG + 1, 2)])
def test_only_a_long_pause_is_left_out(pause: int, parts: int) -> None:
    speech = [(0, 5 * SECOND), (5 * SECOND + pause - 2 * MARGIN, 20 * SECOND)]
    assert len(without_pauses(speech, LENGTH)) == parts


def test_a_little_of_each_pause_is_kept() -> None:
    more = KEPT - MARGIN
    speech = [(10 * SECOND, 20 * SECOND), (30 * SECOND, LENGTH)]
    assert without_pauses(speech, LENGTH) == [
        (10 * SECOND - more, 20 * SECOND + more),
        (30 * SECOND - more, LENGTH),
    ]


def test_silence_is_not_heard() -> None:
    assert without_pauses([], LENGTH) == []


def _found(*ends: float) -> Iterator[Segment]:
    """Segments with these ends; to ask for more fails."""
    for end in ends:
        yield Segment("a word", end - 1, end)
    pytest.fail("asked for more than there is speech")


def test_nothing_is_asked_for_after_the_end_of_speech() -> None:
    speech = [(0, 5 * SECOND), (7 * SECOND, 20 * SECOND + MARGIN)]
    heard = until(speech, _found(4.0, 12.0, 20.0 - WORDLESS))
    assert [each.end for each in heard] == [4.0, 12.0, 20.0 - WORDLESS]


def test_all_that_is_found_before_the_end_of_speech_is_heard() -> None:
    segments = [Segment("a word", at, at + 1) for at in range(10)]
    assert list(until([(0, 20 * SECOND)], iter(segments))) == segments


def test_a_word_in_the_last_moments_of_speech_is_asked_for() -> None:
    before = Segment("long", 0, 19.7)
    last = Segment("word", 19.7, 20.0)
    assert list(until([(0, 20 * SECOND + MARGIN)], iter([before, last]))) == [before, last]
