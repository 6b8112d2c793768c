"""The child process that opens recordings, and what its end says about them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from stenofleet_api.uploads import length
from stenofleet_api.uploads.errors import NotAudio, UnreadableRecording
from support import sounds

SPIN = """
from stenofleet_api.uploads import probe
probe.CPU_SECONDS = 1
probe._limit()
while True:
    pass
"""
GROW = """
import os
from stenofleet_api.uploads import probe
probe._seconds = lambda path: bytearray(2 * probe.MEMORY_BYTES)
os._exit(probe.main())
"""
FILL = """
from stenofleet_api.uploads import probe
probe._limit()
with open("filled", "wb") as file:
    file.write(b"x")
"""
TELL = "import os, json; print(json.dumps(float('STENOFLEET_SECRET_KEY' in os.environ)))"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "recording"
    path.write_bytes(sounds.recording("m4a", 2.0))
    return path


@pytest.mark.parametrize("program", [SPIN, GROW], ids=["time", "memory"])
def test_what_takes_too_much_is_ended_and_refused(
    recording: Path, run_instead: Callable[[str], None], program: str
) -> None:
    run_instead(program)

    with pytest.raises(UnreadableRecording):
        length.seconds(recording)


def test_the_child_can_write_no_file(
    recording: Path,
    run_instead: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    run_instead(FILL)

    assert length.seconds(recording) is None
    assert (tmp_path / "filled").read_bytes() == b""


def test_the_child_knows_no_secret_of_the_api(
    recording: Path, run_instead: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STENOFLEET_SECRET_KEY", "a secret of some length")
    run_instead(TELL)

    assert length.seconds(recording) == 0


def test_one_that_is_killed_by_others_says_nothing_about_the_file(
    recording: Path, run_instead: Callable[[str], None]
) -> None:
    run_instead("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")

    assert length.seconds(recording) is None


def test_what_looks_broken_because_parts_are_left_out_is_not_refused(recording: Path) -> None:
    content = recording.read_bytes()
    recording.write_bytes(content[:1000] + bytes(len(content) - 1000))

    assert length.seconds(recording, whole=False) is None
    with pytest.raises(NotAudio):
        length.seconds(recording, whole=True)


@pytest.mark.parametrize("extension", ["m4a", "wav", "ogg", "flac", "mp3"])
def test_both_ends_of_a_recording_tell_its_length(tmp_path: Path, extension: str) -> None:
    content = sounds.recording(extension, 30.0)
    middle = len(content) // 3
    path = tmp_path / "recording"
    path.write_bytes(content[:middle] + bytes(len(content) - 2 * middle) + content[-middle:])

    found = length.seconds(path, whole=False)

    assert found == pytest.approx(30, abs=0.2)
