"""Recordings in a folder; buckets go through the same library."""

import io
from pathlib import Path

import pytest
from stenofleet.errors import RecordingMissing, StorageError
from stenofleet.storage import Recordings


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    return Recordings(f"file://{tmp_path}/store")


def test_what_was_saved_is_read_back(recordings: Recordings) -> None:
    uri = recordings.save("one/talk.mp3", io.BytesIO(b"sound"))
    with recordings.local(uri) as path:
        assert path.read_bytes() == b"sound"
    assert recordings.size(uri) == len(b"sound")


def test_a_recording_that_is_not_there_is_told_apart_from_a_broken_store(
    recordings: Recordings,
) -> None:
    with pytest.raises(RecordingMissing, match=r"talk\.mp3"):
        recordings.size(recordings.uri("talk.mp3"))


def test_an_address_outside_the_store_is_refused(recordings: Recordings) -> None:
    with pytest.raises(StorageError, match="below"):
        recordings.size("file:///etc/passwd")


def test_a_key_cannot_climb_out_of_the_store(recordings: Recordings, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mine")
    with pytest.raises(StorageError):
        recordings.size(recordings.uri("../secret"))


def test_deleting_twice_is_no_error(recordings: Recordings) -> None:
    uri = recordings.save("talk.mp3", io.BytesIO(b"sound"))
    recordings.delete(uri)
    recordings.delete(uri)
    with pytest.raises(RecordingMissing):
        recordings.size(uri)


def test_a_failed_save_leaves_nothing(recordings: Recordings) -> None:
    class Broken(io.BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            raise OSError("the sender went away")

    with pytest.raises(StorageError):
        recordings.save("talk.mp3", Broken())
    with pytest.raises(RecordingMissing):
        recordings.size(recordings.uri("talk.mp3"))
