"""Decodes recordings of any kind as a stream, so that memory does not grow with their length."""

from collections.abc import Iterable, Iterator
from io import SEEK_END
from pathlib import Path
from typing import IO, Any

import av
import av.error
import numpy as np

from stenofleet_worker.errors import NotAudio
from stenofleet_worker.transcription.container_clock import ContainerClock
from stenofleet_worker.transcription.engines.base import SAMPLE_RATE, Audio

Source = Path | IO[bytes]
"""A recording: where it lies, or opened, to be read from any place."""

CHUNK = 10 * SAMPLE_RATE
"""Samples of a chunk: large beside what a call costs, small beside a window."""

FULL_SCALE = 32768.0
"""Of signed 16-bit samples."""

DAMAGE = (av.error.InvalidDataError, av.error.PatchWelcomeError, av.error.UndefinedError)
"""What decoders say of packets that they cannot make sense of; PyAV has no name for some of it."""


def duration(path: Path) -> float | None:
    """Seconds by the container's own word; None when it does not say (browser recordings).

    Raises:
        NotAudio: it is no audio.
    """
    with opened(path) as container:
        stream = container.streams.audio[0]
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        return container.duration / av.time_base if container.duration else None


def decode(source: Source, clock: ContainerClock | None = None) -> Iterator[Audio]:
    """Mono samples in -1 to 1 at `SAMPLE_RATE`, in chunks of about `CHUNK`.

    Damaged parts are left out.

    Args:
        source: the recording.
        clock: is told what the container calls the times of what is decoded.

    Raises:
        NotAudio: it is no audio, or not a single sample can be decoded.
    """
    empty = True
    with opened(source) as container:
        for chunk in _chunks(resampled(_observed(frames(container), clock or ContainerClock()))):
            empty = False
            yield chunk
    if empty:
        raise no_audio(source)


def _observed(decoded: Iterator[Any], clock: ContainerClock) -> Iterator[Any]:
    position = 0.0
    for frame in decoded:
        clock.observe(position, frame.time)
        position += frame.samples / frame.sample_rate
        yield frame


def _chunks(samples: Iterator[Audio]) -> Iterator[Audio]:
    parts: list[Audio] = []
    size = 0
    for part in samples:
        parts.append(part)
        size += len(part)
        if size >= CHUNK:
            yield np.concatenate(parts)
            parts, size = [], 0
    if size:
        yield np.concatenate(parts)


def resampled(decoded: Iterable[Any]) -> Iterator[Audio]:
    """The samples of frames, as if each followed the one before without a gap."""
    resampler = av.AudioResampler(
        # A second at once: a compressed frame is a fiftieth of it, and each costs a call.
        format="s16",
        layout="mono",
        rate=SAMPLE_RATE,
        frame_size=SAMPLE_RATE,
    )
    for frame in _joined(decoded):
        yield from map(_samples, resampler.resample(frame))
    yield from map(_samples, resampler.resample(None))


def _joined(decoded: Iterable[Any]) -> Iterator[Any]:
    """Longer frames: a compressed one is a fiftieth of a second, and to resample each is dear."""
    waiting = av.AudioFifo()
    for frame in decoded:
        # A damaged frame's time would make the resampler fill the gap.
        frame.pts = None
        waiting.write(frame)
        if waiting.samples >= frame.sample_rate:
            yield waiting.read()
    if waiting.samples:
        yield waiting.read()


def _samples(frame: Any) -> Audio:
    samples: Audio = frame.to_ndarray()[0].astype(np.float32) / FULL_SCALE
    return samples


def frames(container: Any) -> Iterator[Any]:
    """What can be decoded from where the container stands; damaged frames are left out."""
    # Packet by packet: the container's own generator of frames ends at the first damaged one.
    for packet in _packets(container):
        try:
            decoded = packet.decode()
        except DAMAGE:
            continue
        yield from decoded


def _packets(container: Any) -> Iterator[Any]:
    """What the container holds, as far as its own structure is whole."""
    try:
        yield from container.demux(audio=0)
    except av.error.InvalidDataError:
        return


def opened(source: Source) -> Any:
    """The container, to be closed by the caller.

    Raises:
        NotAudio: it is no audio.
    """
    try:
        container = av.open(_from_the_start(source), metadata_errors="ignore")
    except (av.error.FFmpegError, IndexError):
        raise no_audio(source) from None
    if not container.streams.audio:
        container.close()
        raise no_audio(source)
    return container


def _from_the_start(source: Source) -> str | IO[bytes]:
    if isinstance(source, Path):
        return str(source)
    source.seek(0)
    return source


def no_audio(source: Source) -> NotAudio:
    """What to tell about a file in which there is nothing to hear."""
    size = source.stat().st_size if isinstance(source, Path) else source.seek(0, SEEK_END)
    return NotAudio(
        "The recording is no audio that can be decoded: upload a flac, mp3, mp4, m4a, ogg or wav"
        f" file (got {size} bytes)."
    )
