"""Sound that is kept between cutting a recording and hearing its windows."""

import uuid

import numpy as np
from stenofleet_worker.transcription.kept import MOST, KeptSound, Place
from stenofleet_worker.transcription.windows import Window

ONE, OTHER = uuid.uuid4(), uuid.uuid4()


def _window(index: int) -> Window:
    samples = np.random.default_rng(index).integers(-(2**15), 2**15, 1000)
    return Window(index, 0, samples.astype(np.float32) / np.float32(32768))


def _kept(sound: KeptSound, session: uuid.UUID, count: int) -> list[int]:
    """Which of so many windows of a session are there."""
    return [at for at in range(count) if sound.take(Place(session, 1, at)) is not None]


def _fill(sound: KeptSound, session: uuid.UUID, count: int) -> None:
    for index in range(count):
        sound.keep(Place(session, 1, index), _window(index))


def test_a_window_comes_back_sample_by_sample_and_only_once() -> None:
    sound = KeptSound()
    sound.keep(Place(ONE, 1, 7), _window(7))
    found = sound.take(Place(ONE, 1, 7))
    assert found is not None
    assert found.dtype == np.float32
    assert np.array_equal(found, _window(7).audio)
    assert sound.take(Place(ONE, 1, 7)) is None


def test_the_windows_of_another_attempt_are_not_the_same() -> None:
    sound = KeptSound()
    _fill(sound, ONE, 1)
    assert sound.take(Place(ONE, 2, 0)) is None


def test_of_a_long_recording_the_first_windows_are_kept() -> None:
    sound = KeptSound()
    _fill(sound, ONE, MOST + 3)
    assert _kept(sound, ONE, MOST + 3) == list(range(MOST))


def test_a_new_recording_takes_the_place_of_the_oldest_windows() -> None:
    sound = KeptSound()
    _fill(sound, ONE, MOST)
    _fill(sound, OTHER, 1)
    assert _kept(sound, ONE, MOST) == list(range(1, MOST))
    assert _kept(sound, OTHER, 1) == [0]
