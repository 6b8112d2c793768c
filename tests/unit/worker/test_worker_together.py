"""Which clips of a window are heard at once, and what is heard once more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Segment
from stenofleet_worker.transcription.engines.clips import MOST, Clip, clips
from stenofleet_worker.transcription.engines.sound import Sound
from stenofleet_worker.transcription.engines.together import AT_ONCE, groups, segments

LENGTH = 100 * SAMPLE_RATE
SPEECH = [(at * SAMPLE_RATE, (at + 20) * SAMPLE_RATE) for at in (0, 25, 50, 75)]
WINDOW = np.zeros(LENGTH, np.float32)


@dataclass
class _Listener:
    """Hears one segment up to its end in each sound, or what it is told to find at first.

    Attributes:
        first: what it finds in several at once, for each of them.
        alone_since: for each sound heard by itself, from where on; seconds of the sound.
    """

    first: Sequence[list[Segment] | None]
    alone_since: list[float] = field(default_factory=list)

    def together(self, sounds: Sequence[Sound]) -> Iterator[list[Segment] | None]:
        assert len(sounds) == len(self.first)
        return iter(self.first)

    def alone(self, sound: Sound, since: float = 0.0) -> Iterator[Segment]:
        self.alone_since.append(since)
        [*_, (_, end)] = sound.heard
        yield Segment("by itself", 0.0, end / SAMPLE_RATE)


def _up_to(*ends: float) -> list[list[Segment] | None]:
    return [[Segment(f"with others up to {end}", 0.0, end)] for end in ends]


def _texts(listener: _Listener, at_once: int = AT_ONCE) -> list[str]:
    return [each.text for each in segments(WINDOW, list(clips(SPEECH, LENGTH)), listener, at_once)]


def test_clips_that_are_heard_to_their_end_are_heard_once() -> None:
    listener = _Listener(_up_to(19.9, 44.8, 69.9, 94.5))
    assert len(_texts(listener)) == 4
    assert listener.alone_since == []


def test_what_was_doubtful_is_heard_by_itself_in_its_place() -> None:
    first = _up_to(19.9, 44.9, 69.9, 94.9)
    first[2] = None
    listener = _Listener(first)
    assert _texts(listener)[2] == "by itself"
    assert listener.alone_since == [0.0]


def test_speech_behind_the_last_word_is_heard_from_there_on() -> None:
    listener = _Listener(_up_to(19.9, 35.0, 69.9, 94.9))
    assert _texts(listener)[1:3] == ["with others up to 35.0", "by itself"]
    [since] = listener.alone_since
    # Half of the pause before, of 5 s, is not heard but for 0.4 s of it.
    assert 10 < since < 11


def test_less_than_a_second_of_speech_is_not_heard_once_more() -> None:
    assert _texts(listener := _Listener(_up_to(19.1, 44.1, 69.1, 94.1)))
    assert listener.alone_since == []


def test_a_clip_in_which_whisper_hears_no_word_has_none() -> None:
    listener = _Listener([[], *_up_to(44.9, 69.9, 94.9)])
    assert len(_texts(listener)) == 3
    assert listener.alone_since == []


def test_one_at_once_is_heard_by_itself() -> None:
    listener = _Listener([])
    assert _texts(listener, at_once=1) == ["by itself"] * 4


def test_nothing_is_heard_before_it_is_asked_for() -> None:
    listener = _Listener([])
    found = segments(WINDOW, list(clips(SPEECH, LENGTH)), listener, at_once=1)
    next(found)
    assert len(listener.alone_since) == 1


seconds = st.lists(st.floats(1, 40), max_size=30)


@given(seconds)
def test_groups_are_all_clips_in_order_and_hold_no_long_one_beside_another(
    lengths: list[float],
) -> None:
    made = [
        Clip([(0, round(each * SAMPLE_RATE))], [(0, round(each * SAMPLE_RATE))], 0)
        for each in lengths
    ]
    found = list(groups(made, AT_ONCE))
    assert [clip for group in found for clip in group] == made
    assert all(1 <= len(group) <= AT_ONCE for group in found)
    assert all(len(group) == 1 or max(clip.size for clip in group) <= MOST for group in found)


def test_groups_are_of_about_as_many_clips_each() -> None:
    clip = Clip([(0, 1)], [(0, 1)], 0)
    assert [len(group) for group in groups([clip] * 9, 4)] == [3, 3, 3]
