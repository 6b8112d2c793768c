"""From results to words and segments."""

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_worker.google.base import HeardResult, HeardWord
from stenofleet_worker.google.segments import LONGEST, PAUSE, by_results, by_words
from stenofleet_worker.google.words import distinct, spoken

LABELS = st.sampled_from(["", "1", "2", "5"])


def timed(labels: list[str], gap: float = 0.0) -> list[HeardWord]:
    step = 0.5 + gap
    return [
        HeardWord(f"w{index}", index * step, index * step + 0.5, label=label)
        for index, label in enumerate(labels)
    ]


def result(words: list[HeardWord]) -> HeardResult:
    text = " ".join(word.text for word in words)
    return HeardResult(text, max((word.end for word in words), default=0), words=tuple(words))


def parts(words: list[HeardWord], sizes: list[int]) -> list[HeardResult]:
    found, start = [], 0
    for size in [*sizes, len(words)]:
        found.append(result(words[start : start + size]))
        start += size
    return found


@given(
    labels=st.lists(LABELS, max_size=30),
    sizes=st.lists(st.integers(0, 5), max_size=6),
    labelled_at_last=st.booleans(),
)
def test_a_final_aggregate_changes_no_word(
    labels: list[str], sizes: list[int], *, labelled_at_last: bool
) -> None:
    words = timed(labels)
    first = timed([""] * len(labels)) if labelled_at_last else words
    assert distinct([*parts(first, sizes), result(words)]) == words


def test_two_words_with_the_same_offsets_both_count() -> None:
    words = [HeardWord("a", 1.0, 1.1), HeardWord("b", 1.0, 1.1)]
    assert distinct([result(words), result(words)]) == words


def test_words_come_in_order_of_time() -> None:
    words = timed(["1"] * 4)
    assert distinct([result(words[2:]), result(words[:2])]) == words


@given(st.lists(LABELS, min_size=1, max_size=30))
def test_speakers_are_counted_from_one_in_order_of_appearance(labels: list[str]) -> None:
    numbers = [each.speaker_id for each in spoken([result(timed(labels))])]
    first = list(dict.fromkeys(numbers))
    assert first == list(range(1, len(first) + 1))
    by_label = {(label, number) for label, number in zip(labels, numbers, strict=True) if label}
    assert len(by_label) == len({label for label in labels if label})


def test_a_new_speaker_begins_a_segment() -> None:
    found = by_words(spoken([result(timed(["a", "a", "b", "a"]))]), " ")
    assert [(each.text, each.speaker_id) for each in found] == [("w0 w1", 1), ("w2", 2), ("w3", 1)]


def test_a_pause_begins_a_segment() -> None:
    assert len(by_words(spoken([result(timed(["1"] * 3, gap=PAUSE + 0.1))]), " ")) == 3
    assert len(by_words(spoken([result(timed(["1"] * 3, gap=PAUSE))]), " ")) == 1


def test_a_confidence_that_is_not_set_is_not_zero() -> None:
    words = [HeardWord("a", 0, 1), HeardWord("b", 1, 2, 0.8), HeardWord("c", 2, 3, 0.6)]
    [known] = by_words(spoken([result(words)]), " ")
    [unknown] = by_words(spoken([result(words[:1])]), " ")
    assert (round(known.confidence or 0, 3), unknown.confidence) == (0.7, None)


@given(st.lists(LABELS, max_size=200), st.floats(0, 2))
def test_segments_hold_every_word_once_and_in_order(labels: list[str], gap: float) -> None:
    words = timed(labels, gap)
    found = by_words(spoken([result(words)]), " ")
    assert [word.text for each in found for word in each.words] == [word.text for word in words]
    assert all(each.end - each.start <= LONGEST + 3 for each in found)


def test_without_times_of_words_those_of_speakers_are_estimated_within_a_result() -> None:
    first = HeardResult("a b c d", 4.0, words=untimed("a1", "b1", "c2", "d2"))
    second = HeardResult("e", 6.0, words=untimed("e2"))
    found = by_results([first, second], " ")
    assert [(each.text, each.start, each.end, each.speaker_id) for each in found] == [
        ("a b", 0.0, 2.0, 1),
        ("c d", 2.0, 4.0, 2),
        ("e", 4.0, 6.0, 2),
    ]
    assert not any(each.words for each in found)


def test_a_result_without_words_is_a_segment() -> None:
    [only] = by_results([HeardResult(" a b ", 2.0, 0.9), HeardResult("", 3.0)], " ")
    assert (only.text, only.start, only.end, only.confidence) == ("a b", 0.0, 2.0, 0.9)


def test_without_times_of_words_an_aggregate_stands_for_what_it_repeats() -> None:
    first = HeardResult("a", 1.0, words=untimed("a1"))
    second = HeardResult("b", 2.0, words=untimed("b1"))
    both = HeardResult("a b", 2.0, words=untimed("a1", "b2"))
    found = by_results([first, second, both], " ")
    assert [(each.text, each.speaker_id) for each in found] == [("a", 1), ("b", 2)]
    assert by_results([], " ") == ()


def untimed(*words: str) -> tuple[HeardWord, ...]:
    """Each a letter and its speaker's label."""
    return tuple(HeardWord(word[0], 0, 0, label=word[1]) for word in words)
