"""Decodes recordings of any kind as a stream, so that memory does not grow with their length."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

from stenofleet_worker.errors import NotAudio
from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Audio

CHUNK = 10 * SAMPLE_RATE
"""Samples of a chunk: large beside what a call costs, small beside a window."""

FULL_SCALE = 32768.0
"""Of signed 16-bit samples."""


def duration(path: Path) -> float | None:
    """Seconds by the container's own word; None when it does not say (browser recordings).

    Raises:
        NotAudio: it is no audio.
    """
    with _opened(path) as container:
        stream = container.streams.audio[0]
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        return container.duration / av.time_base if container.duration else None


def decode(path: Path) -> Iterator[Audio]:
    """Mono samples in -1 to 1 at `SAMPLE_RATE`, in chunks of about `CHUNK`.

    Damaged parts are left out.

    Raises:
        NotAudio: it is no audio, or not a single sample can be decoded.
    """
    empty = True
    for chunk in _chunks(path):
        empty = False
        yield chunk
    if empty:
        raise _no_audio(path)


def _chunks(path: Path) -> Iterator[Audio]:
    parts: list[Audio] = []
    size = 0
    for part in _samples(path):
        parts.append(part)
        size += len(part)
        if size >= CHUNK:
            yield np.concatenate(parts)
            parts, size = [], 0
    if size:
        yield np.concatenate(parts)


def _samples(path: Path) -> Iterator[Audio]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    with _opened(path) as container:
        for frame in _frames(container):
            for converted in resampler.resample(frame):
                yield converted.to_ndarray()[0].astype(np.float32) / FULL_SCALE
        for converted in resampler.resample(None):
            yield converted.to_ndarray()[0].astype(np.float32) / FULL_SCALE


def _frames(container: Any) -> Iterator[Any]:
    frames = container.decode(audio=0)
    while True:
        try:
            frame = next(frames, None)
        except av.error.InvalidDataError:
            continue
        if frame is None:
            return
        # A damaged frame's time would make the resampler fill the gap.
        frame.pts = None
        yield frame


def _opened(path: Path) -> Any:
    try:
        container = av.open(str(path), metadata_errors="ignore")
    except (av.error.FFmpegError, IndexError):
        raise _no_audio(path) from None
    if not container.streams.audio:
        container.close()
        raise _no_audio(path)
    return container


def _no_audio(path: Path) -> NotAudio:
    return NotAudio(
        "The recording is no audio that can be decoded: upload a flac, mp3, mp4, m4a, ogg or wav"
        f" file (got {path.stat().st_size} bytes)."
    )
