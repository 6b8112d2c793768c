"""Sound that cannot be decoded, though its container is whole."""

from pathlib import Path

import pytest
from stenofleet_worker.errors import NotAudio
from stenofleet_worker.transcription.audio import decode
from support import sounds


@pytest.mark.parametrize("filling", [0x00, 0x55, 0xFF])
def test_packets_without_sense_are_no_audio_whatever_the_decoder_calls_it(
    tmp_path: Path, filling: int
) -> None:
    path = tmp_path / "hollow.m4a"
    path.write_bytes(sounds.hollow(2, filling))
    with pytest.raises(NotAudio):
        list(decode(path))
