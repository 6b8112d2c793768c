"""Times in a window and in what is heard of it."""

import numpy as np
import pytest
from stenofleet_worker.transcription.engines.base import SAMPLE_RATE
from stenofleet_worker.transcription.engines.clips import Clip
from stenofleet_worker.transcription.engines.sound import Sound

SECOND = SAMPLE_RATE
CLIP = Clip(
    [(2 * SECOND, 3 * SECOND), (9 * SECOND, 12 * SECOND)],
    [(1 * SECOND, 4 * SECOND), (8 * SECOND, 12 * SECOND)],
    0,
)


def test_the_sound_of_a_clip_is_its_stretches_of_the_window() -> None:
    window = np.arange(20 * SECOND, dtype=np.float32)
    sound = Sound.of(CLIP, window)
    assert sound.seconds == 7
    assert np.array_equal(sound.audio[: 3 * SECOND], window[SECOND : 4 * SECOND])
    assert np.array_equal(sound.audio[3 * SECOND :], window[8 * SECOND : 12 * SECOND])


@pytest.mark.parametrize(
    ("in_the_window", "in_the_sound"),
    [(0.0, 0.0), (1.5, 0.5), (4.0, 3.0), (6.0, 3.0), (8.5, 3.5), (12.0, 7.0), (19.0, 7.0)],
)
def test_a_time_in_a_pause_that_is_not_heard_is_where_it_was_cut_out(
    in_the_window: float, in_the_sound: float
) -> None:
    sound = Sound.of(CLIP, np.zeros(20 * SECOND, np.float32))
    assert sound.within(in_the_window) == pytest.approx(in_the_sound)
