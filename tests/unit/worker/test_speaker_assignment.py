from hypothesis import given
from hypothesis import strategies as st
from stenofleet_worker.transcription.engines.base import Segment, Word
from stenofleet_worker.transcription.speakers.assignment import FLICKER, assign
from stenofleet_worker.transcription.speakers.turns import Turn

times = st.lists(st.floats(0.01, 3.0), min_size=2, max_size=40)


def _segment(text: str, start: float = 0.0, step: float = 1.0) -> Segment:
    """A segment whose words follow each other, each a step long."""
    words = text.split()
    edges = [start + step * index for index in range(len(words) + 1)]
    spoken = tuple(Word(word, edges[i], edges[i + 1]) for i, word in enumerate(words))
    return Segment(text, edges[0], edges[-1], 0.9, spoken)


@st.composite
def transcripts(draw: st.DrawFn) -> list[Segment]:
    at, segments = 0.0, []
    for steps in draw(st.lists(times, max_size=5)):
        words = []
        for index, step in enumerate(steps):
            words.append(Word(f"w{index}", at, at + step))
            at += step + draw(st.floats(0, 1))
        text = " ".join(word.text for word in words)
        segments.append(Segment(text, words[0].start, words[-1].end, None, tuple(words)))
    return segments


@st.composite
def speakers(draw: st.DrawFn) -> list[Turn]:
    at, turns = 0.0, []
    for gap, length, speaker in draw(
        st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 9), st.integers(1, 6)), max_size=20)
    ):
        turns.append(Turn(at + gap, at + gap + length, speaker))
        at += gap + length
    return turns


@given(segments=transcripts(), turns=speakers())
def test_no_word_is_lost_and_none_is_said_twice(segments: list[Segment], turns: list[Turn]) -> None:
    parts = assign(segments, turns)
    assert [word for part in parts for word in part.words] == [
        word for segment in segments for word in segment.words
    ]
    assert " ".join(part.text for part in parts) == " ".join(each.text for each in segments)
    assert all(part.text == " ".join(word.text for word in part.words) for part in parts)


@given(segments=transcripts(), turns=speakers())
def test_parts_stay_in_order_within_their_segment_and_are_no_flickers(
    segments: list[Segment], turns: list[Turn]
) -> None:
    parts = assign(segments, turns)
    assert [each.start for each in parts] == sorted(each.start for each in parts)
    assert {each.start for each in segments} <= {part.start for part in parts}
    assert {each.end for each in segments} <= {part.end for part in parts}
    whole = {(each.start, each.end) for each in segments}
    cut = [part for part in parts if (part.start, part.end) not in whole]
    assert all(part.words[-1].end - part.words[0].start >= FLICKER for part in cut)


@given(segments=transcripts(), turns=speakers().filter(bool))
def test_only_speakers_who_have_a_turn_speak(segments: list[Segment], turns: list[Turn]) -> None:
    assert {part.speaker_id for part in assign(segments, turns)} <= {t.speaker for t in turns}


@given(segments=transcripts())
def test_without_turns_nothing_changes(segments: list[Segment]) -> None:
    assert assign(segments, []) == segments


def test_a_segment_is_cut_where_the_speaker_changes() -> None:
    turns = [Turn(0.0, 2.1, 1), Turn(2.4, 5.0, 2)]
    first, second = assign([_segment("How are you? Very well.")], turns)
    assert (first.text, first.speaker_id, first.start, first.end) == ("How are", 1, 0.0, 2.0)
    assert (second.text, second.speaker_id, second.start, second.end) == (
        "you? Very well.",
        2,
        2.0,
        5.0,
    )


def test_a_short_flicker_is_no_change_of_speaker() -> None:
    turns = [Turn(0.0, 2.0, 1), Turn(2.0, 2.3, 2), Turn(2.3, 5.0, 1)]
    (whole,) = assign([_segment("a b c d e f g h i j", step=0.3)], turns)
    assert whole.speaker_id == 1


def test_a_segment_without_words_goes_to_who_speaks_most_of_it() -> None:
    turns = [Turn(0.0, 1.0, 1), Turn(1.0, 2.5, 2), Turn(2.5, 3.5, 1)]
    (whole,) = assign([Segment("no words", 0.0, 4.0)], turns)
    assert whole.speaker_id == 1


def test_a_word_in_a_pause_goes_to_the_nearest_turn() -> None:
    turns = [Turn(0.0, 1.0, 1), Turn(9.0, 10.0, 2)]
    (near,) = assign([Segment("hm", 7.0, 7.5, words=(Word("hm", 7.0, 7.5),))], turns)
    assert near.speaker_id == 2


def test_texts_without_spaces_are_cut_as_they_are_written() -> None:
    words = tuple(Word(text, float(i), i + 1.0) for i, text in enumerate(("你", "好", "很", "好")))
    parts = assign(
        [Segment("你好。很好。", 0.0, 4.0, words=words)], [Turn(0.0, 2.0, 1), Turn(2.0, 4.0, 2)]
    )
    assert [part.text for part in parts] == ["你好。", "很好。"]
