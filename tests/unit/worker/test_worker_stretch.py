"""A stretch of a recording, beside the same samples of the whole one."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from stenofleet_worker.errors import NotAudio
from stenofleet_worker.transcription.audio import decode
from stenofleet_worker.transcription.container_clock import ContainerClock
from stenofleet_worker.transcription.engines.base import SAMPLE_RATE
from stenofleet_worker.transcription.stretch import stretch

SECONDS = 40
KINDS = [
    ("wav", "pcm_s16le", 44_100),
    ("wav", "pcm_s16le", 8_000),
    ("flac", "flac", 48_000),
    ("mp3", "libmp3lame", 44_100),
    ("m4a", "aac", 44_100),
    ("ogg", "libopus", 48_000),
    ("webm", "libopus", 48_000),
]


def _sound(rate: int) -> np.ndarray:
    """Low noise, which never repeats itself."""
    noise = np.random.default_rng(5).standard_normal(SECONDS * 2000)
    time = np.arange(SECONDS * rate) / rate
    return (np.interp(time * 2000, np.arange(len(noise)), noise) * 5_000).astype(np.int16)


def _frames(codec: Any, rate: int) -> Any:
    samples = _sound(rate)
    resampler = av.AudioResampler(
        codec.format.name, "mono", rate, frame_size=codec.frame_size or 1024
    )
    for start in range(0, len(samples), 4096):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 4096], "s16", "mono")
        frame.sample_rate, frame.pts = rate, start
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: f"{kind[0]}-{kind[1]}-{kind[2]}")
def recording(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    suffix, codec, rate = request.param
    path = tmp_path_factory.mktemp("recording") / f"tone.{suffix}"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.layout = "mono"
        for frame in [*_frames(stream.codec_context, rate), None]:
            container.mux(stream.encode(frame))
    return path


def _lag(found: np.ndarray, wanted: np.ndarray) -> int:
    """By how many samples the middle of one is off from the other, where they differ least.

    The sum of squared differences is that of both squares, less twice the correlation.
    """
    reach = SAMPLE_RATE // 10
    middle = found[SAMPLE_RATE : 2 * SAMPLE_RATE].astype(np.float64)
    around = wanted[SAMPLE_RATE - reach : 2 * SAMPLE_RATE + reach].astype(np.float64)
    sums = np.concatenate(([0.0], np.cumsum(around**2)))
    squares = sums[SAMPLE_RATE:] - sums[:-SAMPLE_RATE]
    spectrum = np.fft.rfft(around) * np.fft.rfft(middle, len(around)).conj()
    correlation = np.fft.irfft(spectrum, len(around))[: len(squares)]
    return int(np.argmin(squares - 2 * correlation)) - reach


def test_stretches_follow_each_other_as_in_the_whole_recording(recording: Path) -> None:
    clock = ContainerClock()
    whole = np.concatenate(list(decode(recording, clock)))
    edges = [0.0, 7.3125, 21.00025, 33.5, len(whole) / SAMPLE_RATE]
    for start, end in pairwise(edges):
        first, last = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
        found = stretch(recording, start, end, clock.lead(start))
        assert len(found) == last - first
        # A millisecond, to which some containers round their times.
        assert abs(_lag(found, whole[first:last])) <= SAMPLE_RATE // 1000


def test_a_recording_that_cannot_be_entered_is_read_from_its_start(recording: Path) -> None:
    whole = np.concatenate(list(decode(recording)))
    found = stretch(recording, 10.0, 20.0, lead=-1000.0)
    assert np.array_equal(found, whole[10 * SAMPLE_RATE : 20 * SAMPLE_RATE])


@pytest.mark.parametrize("lead", [0.0, -1000.0])
def test_an_open_file_is_read_like_one_that_lies_somewhere(recording: Path, lead: float) -> None:
    with recording.open("rb") as file:
        found = stretch(file, 10.0, 12.0, lead)
    assert np.array_equal(found, stretch(recording, 10.0, 12.0, lead))


def test_damage_in_the_middle_costs_only_what_is_damaged(recording: Path, tmp_path: Path) -> None:
    content = bytearray(recording.read_bytes())
    middle, size = len(content) // 2, len(content) // 20
    content[middle : middle + size] = np.random.default_rng(3).bytes(size)
    damaged = tmp_path / recording.name
    damaged.write_bytes(content)

    clock = ContainerClock()
    whole = np.concatenate(list(decode(damaged, clock)))
    length = len(whole) / SAMPLE_RATE
    # A twentieth was damaged; containers lose up to a block around it.
    assert length > 0.8 * SECONDS
    start = length - 10.0
    found = stretch(damaged, start, length, clock.lead(start))
    assert abs(_lag(found, whole[round(start * SAMPLE_RATE) :])) <= SAMPLE_RATE // 1000


def test_behind_the_end_there_is_nothing_to_hear(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("pcm_s16le", rate=8000)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        for each in (frame, None):
            container.mux(stream.encode(each))
    with pytest.raises(NotAudio):
        stretch(path, 30.0, 40.0, 0.0)
