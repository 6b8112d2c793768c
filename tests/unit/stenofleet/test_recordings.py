"""Recordings in a folder; buckets go through the same library."""

import io
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import GenericError
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


def test_a_part_of_what_was_saved_is_read(recordings: Recordings) -> None:
    with recordings.ranged(recordings.save("talk.mp3", io.BytesIO(b"sound"))) as file:
        file.seek(2)
        assert file.read(2) == b"un"


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


def test_a_copy_stays_as_it_was_when_its_source_is_written_anew(recordings: Recordings) -> None:
    uri = recordings.save("talk.mp3", io.BytesIO(b"sound"))
    copied = recordings.copy(uri, "one/copy.mp3")
    recordings.save("talk.mp3", io.BytesIO(b"other"))
    assert b"".join(recordings.chunks(copied)) == b"sound"


def test_a_folder_without_hard_links_is_copied_byte_by_byte(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise GenericError("Operation not permitted")

    monkeypatch.setattr(obstore, "copy", refused)
    uri = recordings.save("talk.mp3", io.BytesIO(b"sound"))
    copied = recordings.copy(uri, "copy.mp3")
    assert b"".join(recordings.chunks(copied)) == b"sound"


def test_what_is_not_there_cannot_be_copied(recordings: Recordings) -> None:
    with pytest.raises(RecordingMissing):
        recordings.copy(recordings.uri("talk.mp3"), "copy.mp3")


def test_discarding_takes_what_a_killed_writer_left(recordings: Recordings, tmp_path: Path) -> None:
    uri = recordings.save("one/talk.mp3", io.BytesIO(b"sound"))
    folder = tmp_path / "store" / "one"
    (folder / "talk.mp3#1").write_bytes(b"sou")
    (folder / "other.mp3#1").write_bytes(b"another's")
    recordings.discard(uri)
    recordings.discard(uri)
    assert [each.name for each in folder.iterdir()] == ["other.mp3#1"]


def test_a_folder_signs_no_url(recordings: Recordings) -> None:
    assert not recordings.signs_urls
    with pytest.raises(StorageError, match="signs no URL"):
        recordings.upload_url(recordings.uri("talk.mp3"), timedelta(minutes=1))
