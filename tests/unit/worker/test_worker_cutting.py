"""How long a recording may be that does not say so itself."""

from pathlib import Path
from typing import Any

import pytest
from stenofleet_worker.errors import TooLong
from stenofleet_worker.transcription import cutting
from stenofleet_worker.transcription.engines.base import SAMPLE_RATE
from stenofleet_worker.transcription.windows import Window
from support import sounds

LIMIT = 5


class Deaf:
    """Hears nobody."""

    def speech(self, _: Any) -> list[tuple[int, int]]:
        return []

    def detect(self, _: Any) -> None:
        return None


def _cut(folder: Path, seconds: int) -> Any:
    path = folder / "a.wav"
    path.write_bytes(sounds.low_wav(seconds))
    deaf: Any = Deaf()
    return cutting.cut(path, deaf, None, lambda _: None, LIMIT)


def test_a_recording_within_the_limit_and_its_leeway_is_taken(tmp_path: Path) -> None:
    found = _cut(tmp_path, LIMIT + cutting.LEEWAY)
    assert isinstance(found, Window)
    assert found.end == (LIMIT + cutting.LEEWAY) * SAMPLE_RATE


def test_a_longer_one_is_told_with_the_limit(tmp_path: Path) -> None:
    with pytest.raises(TooLong, match="at most 5 seconds"):
        _cut(tmp_path, LIMIT + cutting.LEEWAY + 1)
