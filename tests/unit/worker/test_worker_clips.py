"""How the speech of a window is cut into what Whisper hears at once."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_worker.transcription.engines.base import Span
from stenofleet_worker.transcription.engines.clips import LEAST, MOST, clips
from stenofleet_worker.transcription.engines.pauses import KEPT, LONG, MARGIN

SECOND = 16_000
LENGTH = 240 * SECOND

windows = st.sets(st.integers(0, LENGTH), max_size=60).map(
    lambda marks: list(zip(*[iter(sorted(marks))] * 2, strict=False))
)


@given(windows)
def test_all_speech_is_in_one_clip_each_in_order(speech: list[Span]) -> None:
    assert [span for clip in clips(speech, LENGTH) for span in clip.speech] == speech


@given(windows)
def test_no_sound_is_heard_twice(speech: list[Span]) -> None:
    edges = [edge for clip in clips(speech, LENGTH) for span in clip.heard for edge in span]
    assert [0, *edges, LENGTH] == sorted([0, *edges, LENGTH])


@given(windows)
def test_all_speech_is_heard(speech: list[Span]) -> None:
    for clip in clips(speech, LENGTH):
        for start, end in clip.speech:
            assert any(a <= start + MARGIN and end - MARGIN <= b for a, b in clip.heard)


@given(windows)
def test_only_a_single_stretch_is_longer_than_whisper_hears_at_once(speech: list[Span]) -> None:
    assert all(clip.size <= MOST or len(clip.speech) == 1 for clip in clips(speech, LENGTH))


@given(windows)
def test_a_clip_is_short_only_where_no_more_fits(speech: list[Span]) -> None:
    pauses = LONG + 2 * KEPT
    for one, other in pairwise(clips(speech, LENGTH)):
        start, end = other.speech[0]
        assert one.size >= LEAST or one.size + (end - start) + pauses > MOST


def _spoken(*seconds: float) -> list[Span]:
    """Stretches of speech between these seconds."""
    marks = [round(second * SECOND) for second in seconds]
    return list(zip(marks[::2], marks[1::2], strict=True))


def test_a_clip_ends_at_the_longest_pause_that_is_late_enough() -> None:
    speech = _spoken(0, 10, 11.5, 21, 21.4, 24, 24.8, 27, 27.4, 40)
    found = list(clips(speech, 40 * SECOND))
    assert [len(clip.speech) for clip in found] == [3, 2]
    [[(_, end)], [(start, _)]] = [clip.heard for clip in found]
    assert 24 * SECOND < end <= start < 24.8 * SECOND


def test_what_can_be_heard_at_once_is_one_clip() -> None:
    speech = _spoken(0, 10, 11, 21, 23, 28)
    [clip] = clips(speech, 28 * SECOND)
    assert clip.speech == speech


def test_silence_has_no_clip() -> None:
    assert list(clips([], LENGTH)) == []
