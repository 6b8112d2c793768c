"""What a load test sends."""

import io
import wave
from array import array
from pathlib import Path

import pytest
from stenofleet.load.recording import NoRecording, Recording


@pytest.mark.parametrize("seconds", [1, 7])
def test_the_synthetic_one_is_a_sound_of_its_length(seconds: int) -> None:
    made = Recording.synthetic(seconds)

    with wave.open(io.BytesIO(made.content)) as file:
        assert file.getnframes() == seconds * file.getframerate()
        samples = array("h", file.readframes(file.getnframes()))
    assert made.seconds == seconds
    assert 5_000 < max(samples) < 32_767


def test_a_file_is_sent_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "talk.ogg"
    path.write_bytes(b"OggS")

    assert Recording.read(path) == Recording("talk.ogg", b"OggS", None)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoRecording, match=r"gone\.ogg: No such file"):
        Recording.read(tmp_path / "gone.ogg")
