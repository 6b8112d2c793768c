import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_worker.transcription.speakers import clusters
from stenofleet_worker.transcription.speakers.turns import Turn, tell_apart
from stenofleet_worker.transcription.speakers.voiceprint import Voiceprint, vectors

SIZE = 192


def _prints(voices: str, noise: float = 0.02, step: float = 1.0) -> list[Voiceprint]:
    """A print of a second for each letter; the same letter is nearly the same voice."""
    random = np.random.default_rng(7)
    directions = {each: random.normal(size=SIZE) for each in sorted(set(voices))}
    return [
        Voiceprint.of(
            at * step,
            (at + 1) * step,
            (directions[each] + noise * random.normal(size=SIZE)).astype(np.float32),
        )
        for at, each in enumerate(voices)
    ]


def test_turns_are_merged_and_the_first_to_speak_is_speaker_one() -> None:
    assert tell_apart(_prints("zzzzzzaaaaaazz"), 6) == [
        Turn(0.0, 6.0, 1),
        Turn(6.0, 12.0, 2),
        Turn(12.0, 14.0, 1),
    ]


def test_nobody_speaks_in_a_recording_without_prints() -> None:
    assert tell_apart([], 6) == []


def test_a_single_print_is_one_speaker() -> None:
    assert tell_apart(_prints("a"), 6) == [Turn(0.0, 1.0, 1)]


def test_a_voice_heard_too_briefly_is_no_speaker() -> None:
    turns = tell_apart(_prints("a" * 60 + "b" * 4 + "c" * 60), 6)
    assert {turn.speaker for turn in turns} == {1, 2}
    assert sum(turn.end - turn.start for turn in turns) == pytest.approx(124)


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 6])
def test_there_are_no_more_speakers_than_allowed(most: int) -> None:
    turns = tell_apart(_prints("".join(each * 9 for each in "abcdefgh")), most)
    assert len({turn.speaker for turn in turns}) <= most


def test_windows_in_any_order_give_the_same_speakers() -> None:
    prints = _prints("aaaaaabbbbbbbaaaaaaacccccccc")
    assert tell_apart(prints[14:] + prints[:14], 6) == tell_apart(prints, 6)


def test_a_pause_within_a_turn_ends_it() -> None:
    prints = _prints("a" * 12)
    apart = [*prints[:6], *(each.moved(2.0) for each in prints[6:])]
    assert tell_apart(apart, 6) == [Turn(0.0, 6.0, 1), Turn(8.0, 14.0, 1)]


def test_long_recordings_are_compared_by_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    prints = _prints("".join(each * 20 for each in "abcbacab"))
    all_compared = tell_apart(prints, 6)
    monkeypatch.setattr(clusters, "COMPARED", 40)
    assert tell_apart(prints, 6) == all_compared


@given(
    start=st.floats(0, 36_000),
    numbers=st.lists(st.floats(-9, 9, width=32), min_size=SIZE, max_size=SIZE),
)
def test_a_print_comes_back_from_json_as_it_was(start: float, numbers: list[float]) -> None:
    stored = Voiceprint.of(round(start, 3), round(start + 0.75, 3), np.array(numbers, np.float32))
    assert Voiceprint.from_json(stored.to_json()) == stored


def test_prints_keep_the_direction_of_their_embedding() -> None:
    embedding = np.arange(SIZE, dtype=np.float32) - 90
    (row,) = vectors([Voiceprint.of(0.0, 1.0, embedding)])
    assert float(row @ embedding) == pytest.approx(float(np.linalg.norm(embedding)), rel=1e-3)
