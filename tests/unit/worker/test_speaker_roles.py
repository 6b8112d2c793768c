import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.contracts.roles import Role
from stenofleet_worker.transcription.engines.base import Segment
from stenofleet_worker.transcription.roles import Share, guess, shares

two = st.fixed_dictionaries(
    {
        speaker: st.builds(Share, st.floats(0.1, 36_000), st.integers(1, 90_000))
        for speaker in (1, 2)
    }
)


def _parts(client: int) -> dict[int, Share]:
    """Two speakers of whom the second says that many hundredths."""
    return {1: Share(100.0 - client, 100 - client), 2: Share(float(client), client)}


@pytest.mark.parametrize(
    ("client", "confidence"), [(90, 0.9), (66, 0.9), (64, 0.7), (61, 0.7), (58, 0.5), (53, 0.3)]
)
def test_who_says_more_is_the_client_and_the_gap_says_how_surely(
    client: int, confidence: float
) -> None:
    assert guess(_parts(client)) == {1: (Role.COACH, confidence), 2: (Role.CLIENT, confidence)}


def test_of_two_who_say_the_same_the_first_is_the_coach() -> None:
    assert guess(_parts(50)) == {1: (Role.COACH, 0.3), 2: (Role.CLIENT, 0.3)}


@given(found=two)
def test_the_roles_change_places_with_the_speakers(found: dict[int, Share]) -> None:
    roles = guess(found)
    assert {each.role for each in roles.values()} == {Role.COACH, Role.CLIENT}
    if found[1] != found[2]:
        swapped = guess({1: found[2], 2: found[1]})
        same_share = roles[1].confidence == 0.3 and roles == swapped
        assert same_share or swapped == {1: roles[2], 2: roles[1]}


@pytest.mark.parametrize("speakers", [0, 1, 3, 6])
def test_nothing_is_guessed_of_other_numbers_of_speakers(speakers: int) -> None:
    found = {speaker: Share(10.0, 10 * speaker) for speaker in range(1, speakers + 1)}
    assert guess(found) == dict.fromkeys(found, (Role.UNKNOWN, None))


def test_nothing_is_guessed_where_nothing_is_said() -> None:
    assert guess({1: Share(0.0, 0), 2: Share(0.0, 0)}) == dict.fromkeys(
        (1, 2), (Role.UNKNOWN, None)
    )


def test_shares_are_summed_over_a_speakers_segments() -> None:
    segments = [
        Segment("one two", 0.0, 2.0, speaker_id=1),
        Segment("three", 2.0, 3.0, speaker_id=2),
        Segment("four", 3.0, 3.5, speaker_id=1),
    ]
    assert shares(segments) == {1: (2.5, 3), 2: (1.0, 1)}


def test_roles_are_imported_without_numpy() -> None:
    """As in the image for housekeeping, where Google's transcripts are finished."""
    code = "import sys; sys.modules['numpy'] = None; import stenofleet_worker.transcription.roles"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
