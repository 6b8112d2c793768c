"""Recordings in a bucket of which a part is read; the bucket is an S3 server in this process."""

import io
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from stenofleet.errors import RecordingMissing
from stenofleet.storage import Recordings
from stenofleet.storage.ranged import AHEAD_BYTES
from stenofleet_worker.transcription.engines.base import SAMPLE_RATE
from stenofleet_worker.transcription.stretch import stretch
from support.buckets import BUCKET, S3Server, s3_server
from support.speech import recording


@pytest.fixture(scope="module")
def bucket() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def recordings(bucket: S3Server, monkeypatch: pytest.MonkeyPatch) -> Recordings:
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    return Recordings(f"s3://{BUCKET}/{uuid.uuid4().hex}")


def test_any_part_is_read_as_it_is_in_the_bucket(recordings: Recordings) -> None:
    content = np.random.default_rng(1).bytes(3 * AHEAD_BYTES + 5)
    with recordings.ranged(recordings.save("talk.wav", io.BytesIO(content))) as file:
        assert file.read(10) == content[:10]
        assert file.seek(-7, io.SEEK_END) == len(content) - 7
        assert file.read() == content[-7:]
        assert file.read(1) == b""
        file.seek(AHEAD_BYTES - 3)
        assert file.read(AHEAD_BYTES) == content[AHEAD_BYTES - 3 : 2 * AHEAD_BYTES - 3]


def test_a_stretch_is_heard_without_fetching_the_rest(
    recordings: Recordings, bucket: S3Server, tmp_path: Path
) -> None:
    content = recording(3)  # 133 s, 12.8 MB
    uri = recordings.save("talk.wav", io.BytesIO(content))
    path = tmp_path / "talk.wav"
    path.write_bytes(content)
    bucket.ranges.clear()

    with recordings.ranged(uri) as file:
        found = stretch(file, 100.0, 105.0, lead=0.0)

    assert np.array_equal(found, stretch(path, 100.0, 105.0, lead=0.0))
    assert len(found) == 5 * SAMPLE_RATE
    assert None not in bucket.ranges
    assert 0 < len(bucket.ranges) * AHEAD_BYTES < len(content) / 2


def test_a_recording_that_is_not_there_is_missing(recordings: Recordings) -> None:
    with pytest.raises(RecordingMissing), recordings.ranged(recordings.uri("talk.wav")):
        pass


def test_a_recording_that_goes_while_it_is_read_is_missing(recordings: Recordings) -> None:
    uri = recordings.save("talk.wav", io.BytesIO(bytes(2 * AHEAD_BYTES)))
    with recordings.ranged(uri) as file:
        recordings.delete(uri)
        with pytest.raises(RecordingMissing):
            stretch(file, 0.0, 5.0, lead=0.0)
